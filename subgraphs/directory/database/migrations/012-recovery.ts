/**
 * People who lost what they log in with: what they ask for, what a second person decides, and the link that goes to them
 * then. Neither the code that ties both together nor the link is kept as it is.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table recovery_request (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      subject text collate "C" not null,
      code_hash text collate "C" not null,
      wrong_codes integer not null default 0,
      asked_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      until timestamptz(3) not null,
      decision text check (decision in ('approved', 'refused')),
      decided_by text collate "C",
      decided_at timestamptz(3),
      link_hash text collate "C",
      link_until timestamptz(3),
      redeemed_at timestamptz(3),
      primary key (tenant, key),
      unique (tenant, subject, code_hash),
      foreign key (tenant, subject) references account,
      foreign key (tenant, decided_by) references account,
      check (until > asked_at and until <= asked_at + interval '1 day'),
      check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
      check (decided_by <> subject),
      check ((decision is not distinct from 'approved') = (link_hash is not null)),
      check ((link_hash is null) = (link_until is null))
    )`.execute(database);
  await sql`create unique index recovery_request_by_link on recovery_request (tenant, link_hash)`.execute(database);
  await isolateByTenant(database, 'recovery_request', 'select, insert');
  await sql`
    grant update (wrong_codes, decision, decided_by, decided_at, link_hash, link_until, redeemed_at)
    on recovery_request to ${sql.id(TENANT_ROLE)}`.execute(database);
}
