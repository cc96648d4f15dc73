/**
 * The one way to the tables: a transaction as a role that can't pass row-level security, for one company.
 */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { TENANT_ROLE } from './row-level-security.ts';
import type { Tables } from './tables.ts';

export type TenantTransaction = Transaction<Tables> & {
  /** Says that it changes somebody's access, which is told to others when it is committed. */
  readonly accessChanges?: () => void;
};

/**
 * Runs `work` in a transaction that sees and changes the rows of `tenant` alone.
 *
 * Role and company are set for the transaction only: a pooled connection goes back without either, and whatever runs on
 * it by another way than this one sees no row.
 */
export type InTenant = <Result>(
  tenant: TenantId,
  work: (transaction: TenantTransaction) => Promise<Result>,
) => Promise<Result>;

/**
 * @param onAccessChanged is told when access of somebody has changed; left out: who follows finds out a little later
 *
 * @example
 * const inTenant = createTenantTransactions(database);
 * const buildings = await inTenant(tenant, (transaction) => transaction.selectFrom('property').selectAll().execute());
 */
export function createTenantTransactions(database: Kysely<Tables>, onAccessChanged?: () => Promise<void>): InTenant {
  return (tenant, work) =>
    inTransaction(database, onAccessChanged, async (transaction) => {
      await sql`
        select set_config('role', ${TENANT_ROLE}, true), set_config('commonhold.tenant', ${tenant}, true)
      `.execute(transaction);
      return work(transaction);
    });
}

/**
 * The same as the tables' owner, who may write every table: for what is put in place before the first request. Row-level
 * security holds here too, unless the owner is a superuser, as in the embedded database.
 */
export function createOwnerTransactions(database: Kysely<Tables>, onAccessChanged?: () => Promise<void>): InTenant {
  return (tenant, work) =>
    inTransaction(database, onAccessChanged, async (transaction) => {
      await sql`select set_config('commonhold.tenant', ${tenant}, true)`.execute(transaction);
      return work(transaction);
    });
}

async function inTransaction<Result>(
  database: Kysely<Tables>,
  onAccessChanged: (() => Promise<void>) | undefined,
  work: (transaction: TenantTransaction) => Promise<Result>,
): Promise<Result> {
  let isChanging = false;
  const accessChanges = (): void => {
    isChanging = true;
  };
  const result = await database
    .transaction()
    .execute((transaction) => work(Object.assign(transaction, { accessChanges })));
  if (isChanging) await onAccessChanged?.();
  return result;
}
