/**
 * Work that comes again, and letters that wait to be sent.
 *
 * The owner of the tables, by whom such work is done, may see which companies there are; whoever answers requests steps
 * down to a role that can't.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table recurring_job (
      name text primary key,
      holder uuid not null,
      began_at timestamptz(3) not null,
      leased_until timestamptz(3) not null
    )`.execute(database);
  await sql`
    create table letter (
      tenant text collate "C" not null references company,
      key text collate "C" not null,
      sealed text check (sealed like 'eyJ%'),
      made_at timestamptz(3) not null default now(),
      until timestamptz(3) not null,
      attempts integer not null default 0,
      due_at timestamptz(3) not null default now(),
      outcome text check (outcome in ('delivered', 'refused', 'expired')),
      ended_at timestamptz(3),
      primary key (tenant, key),
      check ((outcome is null) = (ended_at is null)),
      check ((outcome is null) = (sealed is not null))
    )`.execute(database);
  await sql`create index letter_waiting on letter (due_at) where outcome is null`.execute(database);
  await sql`create index letter_ended on letter (tenant, ended_at)`.execute(database);
  await isolateByTenant(database, 'letter', 'select, insert');
  for (const table of ['company', 'letter']) {
    await sql`create policy every_company on ${sql.id(table)} for select to current_user using (true)`.execute(
      database,
    );
  }
}
