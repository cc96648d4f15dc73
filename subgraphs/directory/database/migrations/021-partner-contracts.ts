/** Signed contracts with partners: the document sealed, and written once. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table partner_contract (
      tenant text collate "C" not null references company,
      key text collate "C" not null,
      partner text not null,
      version text not null check (version <> ''),
      valid_until timestamptz(3) not null,
      media_type text not null check (media_type in ('application/pdf', 'text/markdown')),
      sealed_document text not null check (sealed_document like 'eyJ%'),
      added_by text collate "C" not null,
      since timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, key),
      unique (tenant, partner, version),
      foreign key (tenant, added_by) references account
    )`.execute(database);
  await sql`create index partner_contract_newest_first on partner_contract (tenant, since desc, key)`.execute(database);
  await isolateByTenant(database, 'partner_contract', 'select, insert');
}
