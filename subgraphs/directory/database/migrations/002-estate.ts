/** Companies, their buildings and residences. */
import { type Kysely, sql } from 'kysely';
import { isolateByTenant } from '../row-level-security.ts';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table company (
      tenant text collate "C" primary key,
      name text not null
    )`.execute(database);
  await sql`
    create table property (
      tenant text collate "C" not null references company,
      key text collate "C" not null,
      name text not null,
      address text not null,
      primary key (tenant, key)
    )`.execute(database);
  await sql`
    create table residence (
      tenant text collate "C" not null,
      key text collate "C" not null,
      property text collate "C" not null,
      number text collate "C" not null,
      floor integer not null,
      area_square_meters numeric(8, 2) not null check (area_square_meters > 0),
      primary key (tenant, key),
      unique (tenant, property, number),
      foreign key (tenant, property) references property
    )`.execute(database);
  await isolateByTenant(database, 'company');
  await isolateByTenant(database, 'property');
  await isolateByTenant(database, 'residence');
}
