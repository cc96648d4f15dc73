/**
 * Each change of access, in the order of its company's versions, for as long as somebody may not have heard of it. Other
 * replicas are told by the transaction that makes it.
 *
 * The owner of the tables, who tells of them, sees the changes of all companies; whoever answers requests those of one.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table access_change (
      tenant text collate "C" not null references company,
      version bigint not null,
      kind text not null check (kind in ('subject', 'session', 'token')),
      key text collate "C" not null,
      at timestamptz(3) not null default now(),
      primary key (tenant, version)
    )`.execute(database);
  await sql`create index access_change_by_at on access_change (tenant, at)`.execute(database);
  await isolateByTenant(database, 'access_change', 'select, insert');
  for (const table of ['access_version', 'access_change']) {
    await sql`create policy every_company on ${sql.id(table)} for select to current_user using (true)`.execute(
      database,
    );
  }
  await sql`
    create function tell_of_access_change() returns trigger language plpgsql as $$
    begin
      perform pg_notify('access-changes', '');
      return null;
    end
    $$`.execute(database);
  await sql`
    create trigger tell after insert on access_change
    for each statement execute function tell_of_access_change()`.execute(database);
}
