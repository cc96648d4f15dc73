/**
 * People that a company's own identity provider puts in and takes out: the tokens that it comes with, the users as it
 * knows them, and invitations to a first login.
 *
 * What a provider says of a person is sealed; what it looks them up by is kept as keyed hashes. Of people, a query may
 * alter those alone that a provider put in.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  const role = sql.id(TENANT_ROLE);
  await sql`
    create table provisioning_token (
      tenant text collate "C" not null,
      key text collate "C" not null default gen_random_uuid()::text,
      token_hash text collate "C" not null,
      created_by text collate "C" not null,
      created_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      until timestamptz(3) not null,
      last_used_at timestamptz(3),
      revoked_at timestamptz(3),
      primary key (tenant, key),
      unique (tenant, token_hash),
      foreign key (tenant, created_by) references account,
      check (until > created_at and until <= created_at + interval '366 days')
    )`.execute(database);
  await sql`
    create table provisioned_user (
      tenant text collate "C" not null,
      key text collate "C" not null,
      user_name_hash text collate "C" not null,
      external_id_hash text collate "C",
      sealed_profile text not null check (sealed_profile like 'eyJ%'),
      version integer not null default 1,
      created_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      modified_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, key),
      unique (tenant, user_name_hash),
      foreign key (tenant, key) references person
    )`.execute(database);
  await sql`
    create index provisioned_user_by_external_id on provisioned_user (tenant, external_id_hash)`.execute(database);
  await sql`
    create index provisioned_user_in_order on provisioned_user (tenant, created_at, key)`.execute(database);
  await sql`
    create table provisioned_email (
      tenant text collate "C" not null,
      person text collate "C" not null,
      email_hash text collate "C" not null,
      primary key (tenant, person, email_hash),
      foreign key (tenant, person) references provisioned_user on delete cascade
    )`.execute(database);
  await sql`create index provisioned_email_by_hash on provisioned_email (tenant, email_hash)`.execute(database);
  await sql`
    create table invitation (
      tenant text collate "C" not null,
      token_hash text collate "C" not null,
      person text collate "C" not null,
      made_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      until timestamptz(3) not null,
      redeemed_at timestamptz(3),
      primary key (tenant, token_hash),
      foreign key (tenant, person) references person,
      check (until > made_at)
    )`.execute(database);
  await sql`create index invitation_of_person on invitation (tenant, person)`.execute(database);
  await sql`alter table account add column deprovisioned_at timestamptz(3), add column logins_ended_at timestamptz(3)`.execute(
    database,
  );
  await isolateByTenant(database, 'provisioning_token', 'select, insert');
  await isolateByTenant(database, 'provisioned_user', 'select, insert, delete');
  await isolateByTenant(database, 'provisioned_email', 'select, insert, delete');
  await isolateByTenant(database, 'invitation', 'select, insert, delete');
  await sql`grant update (last_used_at, revoked_at) on provisioning_token to ${role}`.execute(database);
  await sql`
    grant update (user_name_hash, external_id_hash, sealed_profile, version, modified_at)
    on provisioned_user to ${role}`.execute(database);
  await sql`grant update (redeemed_at) on invitation to ${role}`.execute(database);
  await sql`grant insert, update (sealed_name, sealed_email, sealed_phone) on person to ${role}`.execute(database);
  await sql`
    create policy provisioned_alone on person as restrictive for update to ${role}
    -- The owner is a member of the role, and seals people anew after a rotation of keys.
    using (current_user <> ${sql.lit(TENANT_ROLE)} or exists (
      select from provisioned_user where provisioned_user.tenant = person.tenant and provisioned_user.key = person.key
    ))`.execute(database);
  await sql`
    grant insert (tenant, subject, kind, person, deprovisioned_at), update (deprovisioned_at, logins_ended_at)
    on account to ${role}`.execute(database);
}
