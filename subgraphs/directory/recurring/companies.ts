/** Recurring work of all companies, one after the other. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Kysely } from 'kysely';
import type { Tables } from '../database/tables.ts';

/**
 * Does `work` for each company until `signal` is aborted. What fails for one hinders no other.
 *
 * @param database as the owner of the tables, who alone knows all companies
 * @throws {AggregateError} in the end, with what failed
 *
 * @example
 * run: (signal) => forEachCompany(database, signal, (tenant) => inTenant(tenant, endReviews)),
 */
export async function forEachCompany(
  database: Kysely<Tables>,
  signal: AbortSignal,
  work: (tenant: TenantId) => Promise<void>,
): Promise<void> {
  const companies = await database.selectFrom('company').select('tenant').orderBy('tenant').execute();
  const failures: unknown[] = [];
  for (const { tenant } of companies) {
    if (signal.aborted) break;
    await work(tenant).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `failed for ${failures.length} companies`);
}
