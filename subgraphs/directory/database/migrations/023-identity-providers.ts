/** A company's own identity provider, and who of the company logged in by it. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table identity_provider (
      tenant text collate "C" primary key references company,
      issuer text collate "C" not null,
      client_id text not null,
      account_claim text not null check (account_claim in ('email', 'preferred_username')),
      assertion_audience text not null check (assertion_audience in ('issuer', 'token-endpoint')),
      mfa_acr text[] not null,
      mfa_amr text[] not null,
      set_by text collate "C" not null,
      set_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      foreign key (tenant, set_by) references account
    )`.execute(database);
  await sql`
    create table federated_login (
      tenant text collate "C" not null,
      issuer text collate "C" not null,
      subject_hash text collate "C" not null,
      subject text collate "C" not null,
      since timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, issuer, subject_hash),
      unique (tenant, issuer, subject),
      foreign key (tenant, subject) references account
    )`.execute(database);
  await isolateByTenant(database, 'identity_provider', 'select, insert, update, delete');
  await isolateByTenant(database, 'federated_login', 'select, insert, delete');
}
