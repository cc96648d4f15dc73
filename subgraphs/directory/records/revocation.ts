/** That a grant has ended before its time, however that was decided. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { noteChange } from './access-changes.ts';
import { notify } from './notices.ts';

/** A grant that is open, locked by this transaction. */
export interface GrantToEnd {
  readonly key: string;
  readonly subject: string;
  readonly role: string;
}

/** @param revokedBy subject of who may do so: it isn't asked here */
export async function writeRevocation(
  transaction: TenantTransaction,
  tenant: TenantId,
  grant: GrantToEnd,
  revokedBy: string,
): Promise<void> {
  const { key, subject, role } = grant;
  await transaction
    .updateTable('role_grant')
    // Cut rather than rounded to the column's milliseconds: rounded up it would lie in the future.
    .set({ revoked_by: revokedBy, revoked_at: sql<Date>`date_trunc('milliseconds', now())` })
    .where('key', '=', key)
    .execute();
  await notify(transaction, tenant, { kind: 'GRANT_REVOKED', to: subject, about: { grant: key, role } });
  await noteChange(transaction, tenant, { kind: 'subject', subject });
}

/** What nobody confirmed in `review`: each ends when the review did, and its holder is told why. */
export async function writeUnconfirmed(
  transaction: TenantTransaction,
  tenant: TenantId,
  grants: readonly GrantToEnd[],
  review: string,
): Promise<void> {
  for (const { key, subject, role } of grants) {
    await transaction
      .updateTable('role_grant')
      .set({ revoked_at: sql<Date>`confirm_by`, unconfirmed_in: review })
      .where('key', '=', key)
      .execute();
    await notify(transaction, tenant, { kind: 'GRANT_REVOKED', to: subject, about: { grant: key, role, review } });
  }
  for (const subject of new Set(grants.map((grant) => grant.subject))) {
    await noteChange(transaction, tenant, { kind: 'subject', subject });
  }
}
