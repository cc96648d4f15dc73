/** How notices leave the house: by mail unless somebody doesn't want it, and to addresses that a company registered. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  const role = sql.id(TENANT_ROLE);
  await sql`
    create table incident (
      tenant text collate "C" not null references company,
      key text collate "C" not null default gen_random_uuid()::text,
      text text not null check (text <> ''),
      announced_by text collate "C" not null,
      announced_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, key),
      foreign key (tenant, announced_by) references account
    )`.execute(database);
  await sql`
    alter table notice
      add column event uuid not null default gen_random_uuid(),
      add column posted_at timestamptz(3)`.execute(database);
  await sql`create index notice_not_posted on notice (at) where posted_at is null`.execute(database);
  await sql`
    create index notice_of_ending_grant on notice (tenant, (about ->> 'grant')) where kind = 'GRANT_ENDING'`.execute(
    database,
  );
  await sql`
    create table unwanted_mail (
      tenant text collate "C" not null,
      subject text collate "C" not null,
      kind text not null,
      primary key (tenant, subject, kind),
      foreign key (tenant, subject) references account
    )`.execute(database);
  await sql`
    create table webhook (
      tenant text collate "C" not null references company,
      key text collate "C" not null,
      url text not null check (url like 'https://%'),
      sealed_secret text check (sealed_secret like 'eyJ%'),
      sealed_previous_secret text check (sealed_previous_secret like 'eyJ%'),
      previous_until timestamptz(3),
      created_by text collate "C" not null,
      created_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      removed_at timestamptz(3),
      primary key (tenant, key),
      foreign key (tenant, created_by) references account,
      check ((sealed_secret is null) = (removed_at is not null)),
      check ((sealed_previous_secret is null) = (previous_until is null))
    )`.execute(database);
  await sql`
    create table webhook_delivery (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      webhook text collate "C" not null,
      payload text not null,
      made_at timestamptz(3) not null default now(),
      attempts integer not null default 0,
      due_at timestamptz(3) not null default now(),
      outcome text check (outcome in ('delivered', 'refused', 'expired')),
      ended_at timestamptz(3),
      primary key (tenant, key),
      foreign key (tenant, webhook) references webhook,
      check ((outcome is null) = (ended_at is null))
    )`.execute(database);
  await sql`create index webhook_delivery_waiting on webhook_delivery (due_at) where outcome is null`.execute(database);
  await isolateByTenant(database, 'incident', 'select, insert');
  await isolateByTenant(database, 'unwanted_mail', 'select, insert, delete');
  await isolateByTenant(database, 'webhook', 'select, insert');
  await isolateByTenant(database, 'webhook_delivery', 'select');
  await sql`
    grant update (sealed_secret, sealed_previous_secret, previous_until, removed_at) on webhook to ${role}`.execute(
    database,
  );
  await sql`revoke update on notice from ${role}`.execute(database);
  await sql`grant update (read_at) on notice to ${role}`.execute(database);
  for (const table of ['notice', 'webhook_delivery']) {
    await sql`create policy every_company on ${sql.id(table)} for select to current_user using (true)`.execute(
      database,
    );
  }
}
