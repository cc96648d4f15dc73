/** Which partner may process a residence's data. A consent is never altered but for its withdrawal, and never removed. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table consent (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      residence text collate "C" not null,
      partner text not null check (partner in ('smart-home', 'communal')),
      purpose text not null check (purpose in ('OPERATION')),
      since timestamptz(3) not null,
      until timestamptz(3) not null,
      withdrawn_at timestamptz(3),
      primary key (tenant, key),
      foreign key (tenant, residence) references residence,
      check (until > since and until <= since + interval '2 years' + interval '1 minute')
    )`.execute(database);
  await sql`
    create index consent_not_withdrawn on consent (tenant, partner, residence, until)
    where withdrawn_at is null`.execute(database);
  await sql`create index consent_by_residence on consent (tenant, residence, since)`.execute(database);
  await isolateByTenant(database, 'consent', 'select, insert, update (withdrawn_at)');
}
