/**
 * Who can log in, and the roles granted to them: always with a reason and an end, at most a year ahead.
 *
 * A grant says itself whether it is for the company or for residences. If that were read from the presence of
 * residences, removing the last one would widen the grant to the whole company.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table account (
      tenant text collate "C" not null references company,
      subject text collate "C" not null,
      kind text not null check (kind in ('person', 'service')),
      person text collate "C",
      suspended_at timestamptz(3),
      primary key (tenant, subject),
      unique (tenant, person),
      foreign key (tenant, person) references person,
      check ((kind = 'person') = (person is not null))
    )`.execute(database);
  await sql`
    create table role_grant (
      tenant text collate "C" not null,
      key text collate "C" not null,
      subject text collate "C" not null,
      role text not null,
      reach text not null check (reach in ('company', 'residences')),
      reason text not null check (reason <> ''),
      since timestamptz(3) not null,
      until timestamptz(3) not null,
      primary key (tenant, key),
      foreign key (tenant, subject) references account,
      check (until > since and until <= since + interval '1 year')
    )`.execute(database);
  await sql`create index role_grant_by_subject on role_grant (tenant, subject, until)`.execute(database);
  await sql`create index role_grant_newest_first on role_grant (tenant, since desc, key)`.execute(database);
  await sql`
    create table role_grant_residence (
      tenant text collate "C" not null,
      role_grant text collate "C" not null,
      residence text collate "C" not null,
      primary key (tenant, role_grant, residence),
      foreign key (tenant, role_grant) references role_grant,
      foreign key (tenant, residence) references residence
    )`.execute(database);
  await isolateByTenant(database, 'account');
  await isolateByTenant(database, 'role_grant');
  await isolateByTenant(database, 'role_grant_residence');
}
