/**
 * Row-level security: of each table, a transaction sees and changes the rows of one company, that of the setting
 * `commonhold.tenant`. Where it isn't set, there are no rows.
 *
 * It is forced, so that it also holds for the tables' owner; only a superuser passes it, which is why queries run as
 * `TENANT_ROLE`, which is none and can't become one.
 */
import { type Kysely, sql } from 'kysely';

/** Nobody logs in by this role; `tenant-transaction.ts` steps down to it. */
export const TENANT_ROLE = 'commonhold_tenant';

/** Turns it on for `table` (with a column `tenant`) and lets `TENANT_ROLE` do what `privileges` say. */
export async function isolateByTenant<Database>(
  database: Kysely<Database>,
  table: string,
  privileges = 'select',
): Promise<void> {
  const name = sql.id(table);
  await sql`alter table ${name} enable row level security`.execute(database);
  await sql`alter table ${name} force row level security`.execute(database);
  // After a transaction the setting falls back to an empty text, not to null.
  await sql`
    create policy own_company on ${name}
    using (tenant = nullif(current_setting('commonhold.tenant', true), ''))`.execute(database);
  await sql`grant ${sql.raw(privileges)} on ${name} to ${sql.id(TENANT_ROLE)}`.execute(database);
}
