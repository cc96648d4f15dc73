/**
 * Reviews of who may do what: what is listed in each, what was decided, and when a grant was used last.
 *
 * A grant that is under review says itself until when it has to be confirmed. So it needs no look at the review to know
 * that it has no effect any more, and nobody has to have written that down in time.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table review_campaign (
      tenant text collate "C" not null references company,
      key text collate "C" not null default gen_random_uuid()::text,
      name text not null check (name <> ''),
      started_by text collate "C",
      started_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      ends_at timestamptz(3) not null,
      closed_at timestamptz(3),
      primary key (tenant, key),
      foreign key (tenant, started_by) references account,
      check (ends_at > started_at),
      check (closed_at >= started_at and closed_at <= ends_at)
    )`.execute(database);
  await sql`create unique index review_campaign_open on review_campaign (tenant) where closed_at is null`.execute(
    database,
  );
  await sql`create index review_campaign_newest_first on review_campaign (tenant, started_at desc, key)`.execute(
    database,
  );
  await sql`
    create table review_item (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      campaign text collate "C" not null,
      role_grant text collate "C" not null,
      subject text collate "C" not null,
      last_used_on date,
      because text not null check (because in ('USED', 'NEW', 'UNUSED', 'NEVER_USED')),
      decision text check (decision in ('KEEP', 'REVOKE')),
      decided_by text collate "C",
      decided_at timestamptz(3),
      remark text,
      outcome text check (outcome in ('UNCONFIRMED', 'LEFT', 'SETTLED')),
      primary key (tenant, key),
      unique (tenant, campaign, role_grant),
      foreign key (tenant, campaign) references review_campaign,
      foreign key (tenant, role_grant) references role_grant,
      foreign key (tenant, subject) references account,
      foreign key (tenant, decided_by) references account,
      check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
      check (decided_by is distinct from subject),
      check (decision is null or outcome is null)
    )`.execute(database);
  await sql`create index review_item_by_person on review_item (tenant, campaign, subject, key)`.execute(database);
  await sql`
    create table grant_use (
      tenant text collate "C" not null,
      role_grant text collate "C" not null,
      last_used_on date not null,
      primary key (tenant, role_grant),
      foreign key (tenant, role_grant) references role_grant
    )`.execute(database);
  await sql`
    alter table role_grant
      add column confirm_by timestamptz(3),
      add column unconfirmed_in text collate "C",
      add column use_noted_from timestamptz(3) default now(),
      add foreign key (tenant, unconfirmed_in) references review_campaign`.execute(database);
  await letNobodyInParticularRevoke(database);
  await isolateByTenant(database, 'review_campaign');
  await isolateByTenant(database, 'review_item');
  await isolateByTenant(database, 'grant_use', 'select, insert, update');
  const role = sql.id(TENANT_ROLE);
  await sql`
    grant insert (tenant, name, started_by, ends_at), update (closed_at) on review_campaign to ${role}`.execute(
    database,
  );
  await sql`
    grant insert (tenant, campaign, role_grant, subject, last_used_on, because),
      update (decision, decided_by, decided_at, remark, outcome)
    on review_item to ${role}`.execute(database);
  await sql`grant update (confirm_by, unconfirmed_in) on role_grant to ${role}`.execute(database);
}

/** What nobody confirms ends by itself; whoever revokes is still named together with the time. */
async function letNobodyInParticularRevoke(database: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select conname as name from pg_constraint
    where conrelid = 'role_grant'::regclass and contype = 'c'
      and pg_get_constraintdef(oid) like '%revoked_by IS NULL) = (revoked_at IS NULL%'`.execute(database);
  for (const { name } of rows) await sql`alter table role_grant drop constraint ${sql.id(name)}`.execute(database);
  await sql`
    alter table role_grant add constraint role_grant_revoked
    check (revoked_at is not null or (revoked_by is null and unconfirmed_in is null))`.execute(database);
}
