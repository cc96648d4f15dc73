/** What people are told: a row for each addressee. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table notice (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      subject text collate "C" not null,
      kind text not null,
      about jsonb not null,
      at timestamptz(3) not null default date_trunc('milliseconds', now()),
      read_at timestamptz(3),
      primary key (tenant, key),
      foreign key (tenant, subject) references account
    )`.execute(database);
  await sql`create index notice_of_subject on notice (tenant, subject, at desc, key)`.execute(database);
  await isolateByTenant(database, 'notice', 'select, insert, update');
}
