/** Who confirmed which version of the security briefing, and when: only ever added to. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant, TENANT_ROLE } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table briefing_confirmation (
      tenant text collate "C" not null,
      subject text collate "C" not null,
      version text collate "C" not null check (version <> ''),
      confirmed_at timestamptz(3) not null default date_trunc('milliseconds', now()),
      primary key (tenant, subject, version, confirmed_at),
      foreign key (tenant, subject) references account
    )`.execute(database);
  await isolateByTenant(database, 'briefing_confirmation');
  await sql`
    grant insert (tenant, subject, version) on briefing_confirmation to ${sql.id(TENANT_ROLE)}`.execute(database);
}
