/**
 * The life of a grant: given by somebody, perhaps approved by another, revoked or ended; and orders that come twice.
 *
 * A grant is never altered but for its approval and its revocation, and never removed.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    alter table role_grant
      add column granted_by text collate "C",
      add column needs_approval boolean not null default false,
      add column approved_by text collate "C",
      add column approved_at timestamptz(3),
      add column revoked_by text collate "C",
      add column revoked_at timestamptz(3),
      alter column key set default gen_random_uuid()::text,
      add foreign key (tenant, granted_by) references account,
      add foreign key (tenant, approved_by) references account,
      add foreign key (tenant, revoked_by) references account,
      add check ((approved_by is null) = (approved_at is null)),
      add check ((revoked_by is null) = (revoked_at is null)),
      add check (approved_by is null or approved_by not in (granted_by, subject)),
      add check (granted_by is distinct from subject),
      drop constraint role_grant_reach_check,
      add constraint role_grant_reach_check check (reach in ('company', 'properties', 'residences'))`.execute(database);
  await sql`
    create table role_grant_property (
      tenant text collate "C" not null,
      role_grant text collate "C" not null,
      property text collate "C" not null,
      primary key (tenant, role_grant, property),
      foreign key (tenant, role_grant) references role_grant,
      foreign key (tenant, property) references property
    )`.execute(database);
  await sql`
    create table given_order (
      tenant text collate "C" not null,
      subject text collate "C" not null,
      key uuid not null,
      fingerprint text not null,
      result text collate "C" not null,
      given_at timestamptz(3) not null default now(),
      primary key (tenant, subject, key),
      foreign key (tenant, subject) references account
    )`.execute(database);
  await sql`alter table account add column suspended_by text collate "C", add column suspension_reason text`.execute(
    database,
  );
  const role = sql.id(TENANT_ROLE);
  await isolateByTenant(database, 'role_grant_property', 'select, insert');
  await isolateByTenant(database, 'given_order', 'select, insert');
  await sql`
    grant insert (tenant, subject, role, reach, reason, since, until, granted_by, needs_approval),
      update (approved_by, approved_at, revoked_by, revoked_at)
    on role_grant to ${role}`.execute(database);
  await sql`grant insert on role_grant_residence to ${role}`.execute(database);
  await sql`grant update (suspended_at, suspended_by, suspension_reason) on account to ${role}`.execute(database);
}
