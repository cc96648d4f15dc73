/**
 * Groups of a company's identity provider, who is in them, and which role a group gives. A grant that came of a group
 * names it, and stays when the group goes.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  const role = sql.id(TENANT_ROLE);
  await sql`
    create table provisioned_group (
      tenant text collate "C" not null references company,
      key text collate "C" not null,
      name_hash text collate "C" not null,
      external_id_hash text collate "C",
      sealed_profile text not null check (sealed_profile like 'eyJ%'),
      version integer not null default 1,
      created_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      modified_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, key)
    )`.execute(database);
  await sql`create index provisioned_group_by_name on provisioned_group (tenant, name_hash)`.execute(database);
  await sql`
    create table provisioned_member (
      tenant text collate "C" not null,
      in_group text collate "C" not null,
      person text collate "C" not null,
      primary key (tenant, in_group, person),
      foreign key (tenant, in_group) references provisioned_group on delete cascade,
      foreign key (tenant, person) references provisioned_user on delete cascade
    )`.execute(database);
  await sql`create index provisioned_member_by_person on provisioned_member (tenant, person)`.execute(database);
  await sql`
    create table group_role (
      tenant text collate "C" not null,
      of_group text collate "C" not null,
      role text not null,
      reach text not null check (reach in ('company', 'properties', 'residences')),
      properties text[] not null,
      residences text[] not null,
      days integer not null check (days between 1 and 365),
      set_by text collate "C" not null,
      set_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, of_group),
      foreign key (tenant, of_group) references provisioned_group on delete cascade,
      foreign key (tenant, set_by) references account
    )`.execute(database);
  await sql`alter table role_grant add column for_group text collate "C"`.execute(database);
  await sql`
    create index role_grant_for_group on role_grant (tenant, for_group) where for_group is not null`.execute(database);
  await isolateByTenant(database, 'provisioned_group', 'select, insert, delete');
  await isolateByTenant(database, 'provisioned_member', 'select, insert, delete');
  await isolateByTenant(database, 'group_role', 'select, insert, delete');
  await sql`
    grant update (name_hash, external_id_hash, sealed_profile, version, modified_at)
    on provisioned_group to ${role}`.execute(database);
  await sql`grant insert (for_group) on role_grant to ${role}`.execute(database);
}
