/**
 * What of somebody's access changed: a version for each company, raised with each change, and the login sessions and
 * access tokens that ended before their time.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table access_version (
      tenant text collate "C" primary key references company,
      version bigint not null
    )`.execute(database);
  await sql`
    create table ended_login (
      tenant text collate "C" not null references company,
      kind text not null check (kind in ('session', 'token')),
      key text collate "C" not null,
      until timestamptz(3) not null,
      primary key (tenant, kind, key)
    )`.execute(database);
  await sql`create index ended_login_by_until on ended_login (until)`.execute(database);
  await isolateByTenant(database, 'access_version', 'select, insert, update');
  await isolateByTenant(database, 'ended_login', 'select, insert, update');
}
