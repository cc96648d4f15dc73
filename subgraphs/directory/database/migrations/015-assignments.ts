/**
 * Which service request is assigned to whom, as the communal subgraph tells: a row for each request, with the instant of
 * what was told last, so that an older message changes nothing; and grants for the residences of these requests.
 */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table assignment (
      tenant text collate "C" not null,
      request text collate "C" not null,
      residence text collate "C" not null,
      subject text collate "C",
      until timestamptz(3) not null,
      as_of timestamptz(3) not null,
      primary key (tenant, request),
      foreign key (tenant, residence) references residence,
      foreign key (tenant, subject) references account
    )`.execute(database);
  await sql`create index assignment_by_subject on assignment (tenant, subject, until)`.execute(database);
  await isolateByTenant(database, 'assignment', 'select, insert');
  await sql`grant update (subject, until, as_of) on assignment to ${sql.id(TENANT_ROLE)}`.execute(database);
  await sql`
    alter table role_grant
      drop constraint role_grant_reach_check,
      add constraint role_grant_reach_check
        check (reach in ('company', 'properties', 'residences', 'assignments'))`.execute(database);
}
