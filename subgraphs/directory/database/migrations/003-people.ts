/** People, and who lives where. Personal columns hold JWEs (`platform/secrets/envelope.ts`), never clear text. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table person (
      tenant text collate "C" not null references company,
      key text collate "C" not null,
      sealed_name text not null check (sealed_name like 'eyJ%'),
      sealed_email text check (sealed_email like 'eyJ%'),
      sealed_phone text check (sealed_phone like 'eyJ%'),
      primary key (tenant, key)
    )`.execute(database);
  await sql`
    create table occupancy (
      tenant text collate "C" not null,
      residence text collate "C" not null,
      person text collate "C" not null,
      since timestamptz(3) not null,
      until timestamptz(3) check (until > since),
      primary key (tenant, residence, person, since),
      foreign key (tenant, residence) references residence,
      foreign key (tenant, person) references person
    )`.execute(database);
  await sql`create index occupancy_by_person on occupancy (tenant, person)`.execute(database);
  await isolateByTenant(database, 'person');
  await isolateByTenant(database, 'occupancy');
}
