/**
 * People whom their company's own provider takes out. It counts beside a suspension by an officer, not in its place:
 * whoever is both comes back only when both are over.
 */
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { noteChange } from './access-changes.ts';
import { IS_OPEN } from './grant-state.ts';
import type { Actor } from './granting.ts';
import { notify } from './notices.ts';

/** Nothing that they were granted is in force, and each of their logins is over, also when they come back. */
export async function deprovision(
  transaction: TenantTransaction,
  { tenant }: Pick<Actor, 'tenant'>,
  subject: string,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('account')
    .set({ deprovisioned_at: NOW, logins_ended_at: NOW })
    .where('subject', '=', subject)
    .where('deprovisioned_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return;
  await transaction.deleteFrom('invitation').where('person', '=', subject).where('redeemed_at', 'is', null).execute();
  await notify(transaction, tenant, { kind: 'PERSON_SUSPENDED', to: subject, about: {} });
  await noteChange(transaction, tenant, { kind: 'subject', subject });
}

/** What they were granted is in force again, as far as it hasn't ended meanwhile; their logins have. */
export async function provisionAgain(
  transaction: TenantTransaction,
  { tenant }: Pick<Actor, 'tenant'>,
  subject: string,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('account')
    .set({ deprovisioned_at: null })
    .where('subject', '=', subject)
    .where('deprovisioned_at', 'is not', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return;
  await notify(transaction, tenant, { kind: 'PERSON_REINSTATED', to: subject, about: {} });
  await noteChange(transaction, tenant, { kind: 'subject', subject });
}

/** Each login that was before is over: whatever came of it opens nothing from now on. Cut to the second, as logins are told. */
export async function endAllLogins(transaction: TenantTransaction, { tenant, subject }: Actor): Promise<void> {
  await transaction
    .updateTable('account')
    .set({ logins_ended_at: sql<Date>`date_trunc('second', now())` })
    .where('subject', '=', subject)
    .execute();
  await noteChange(transaction, tenant, { kind: 'subject', subject });
}

/**
 * Whether a login has ended because everything had that was before.
 *
 * @param loggedInAt seconds since the epoch; undefined: there is none yet, or of a service
 */
export async function haveLoginsEnded(
  transaction: TenantTransaction,
  subject: string,
  { loggedInAt }: { readonly loggedInAt?: number | undefined },
): Promise<boolean> {
  if (loggedInAt === undefined) return false;
  const row = await transaction
    .selectFrom('account')
    .select('subject')
    .where('subject', '=', subject)
    .where(sql<boolean>`logins_ended_at > to_timestamp(${loggedInAt}::float8)`)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether the provider removed somebody, who never comes back: the same user name put in again is somebody new. */
export async function isRemoved(transaction: TenantTransaction, subject: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('account')
    .leftJoin('provisioned_user', (join) =>
      join
        .onRef('provisioned_user.tenant', '=', 'account.tenant')
        .onRef('provisioned_user.key', '=', 'account.subject'),
    )
    .select('account.subject')
    .where('account.subject', '=', subject)
    .where('account.deprovisioned_at', 'is not', null)
    .where('provisioned_user.key', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Revokes all that somebody was granted or is about to be, for good. @param actor in whose name */
export async function revokeAllGrants(transaction: TenantTransaction, actor: Actor, subject: string): Promise<void> {
  const revoked = await transaction
    .updateTable('role_grant')
    .set({ revoked_by: actor.subject, revoked_at: NOW })
    .where('subject', '=', subject)
    .where(IS_OPEN)
    .returning(['key', 'role'])
    .execute();
  for (const { key, role } of revoked) {
    await notify(transaction, actor.tenant, { kind: 'GRANT_REVOKED', to: subject, about: { grant: key, role } });
  }
  if (revoked.length > 0) await noteChange(transaction, actor.tenant, { kind: 'subject', subject });
}

/** Cut rather than rounded to the column's milliseconds: rounded up it would lie in the future. */
const NOW = sql<Date>`date_trunc('milliseconds', now())`;
