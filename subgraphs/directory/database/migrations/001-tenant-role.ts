/** The role that every query runs as. Roles belong to the whole PostgreSQL server, so it may be there already. */
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { type Kysely, sql } from 'kysely';
import { TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  const role = sql.id(TENANT_ROLE);
  const find = sql<{ canPass: boolean }>`
    select rolsuper or rolbypassrls or rolcanlogin as "canPass" from pg_roles where rolname = ${TENANT_ROLE}`;
  const [existing] = (await find.execute(database)).rows;
  if (existing?.canPass) {
    throw new StartupError(
      `The PostgreSQL role ${TENANT_ROLE} can pass row-level security or log in`,
      'alter it with nosuperuser nobypassrls nologin',
    );
  }
  if (!existing) await sql`create role ${role} nologin nobypassrls`.execute(database);
  await letOwnerStepDown(database);
  await sql`grant usage on schema directory to ${role}`.execute(database);
}

/**
 * Whether a membership suffices for `set role` differs between versions: since PostgreSQL 16, who creates a role may
 * administer it but not become it. So it is tried, and granted where it fails.
 */
async function letOwnerStepDown(database: Kysely<unknown>): Promise<void> {
  const role = sql.id(TENANT_ROLE);
  await sql`
    do $$
    begin
      set local role ${role};
      reset role;
    exception when insufficient_privilege then
      grant ${role} to current_user;
    end
    $$`.execute(database);
}
