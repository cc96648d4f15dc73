/** Incidents that a security officer announces to those whom they concern. */
import { errorOf } from '@commonhold/kit/errors.ts';
import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { IncidentParent } from '../parents.ts';
import { readAccess } from './access.ts';
import type { Actor } from './granting.ts';
import { notify } from './notices.ts';

export interface Announcement {
  readonly text: string;
  /** Whom it concerns; undefined: everybody who has a role. */
  readonly roles: readonly Role[] | undefined;
}

/**
 * @returns the incident's key
 * @throws {GraphQLError} FORBIDDEN when the right to do so has ended
 */
export async function announceIncident(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  { text, roles }: Announcement,
): Promise<string> {
  const { grants } = await readAccess(transaction, subject);
  if (!grants.some(({ role }) => role === 'SECURITY_OFFICER')) {
    throw errorOf('FORBIDDEN', 'Your roles do not include announcing incidents.');
  }
  const { key } = await transaction
    .insertInto('incident')
    .values({ tenant, text, announced_by: subject })
    .returning('key')
    .executeTakeFirstOrThrow();
  await notify(transaction, tenant, { kind: 'INCIDENT', to: { roles }, about: { incident: key } });
  return key;
}

export async function readIncident(transaction: TenantTransaction, key: string): Promise<IncidentParent | null> {
  const row = await transaction.selectFrom('incident').selectAll().where('key', '=', key).executeTakeFirst();
  if (!row) return null;
  return {
    id: encodeId({ tenant: row.tenant, type: 'Incident', residence: undefined, key }),
    text: row.text,
    announcedAt: row.announced_at.toISOString(),
  };
}
