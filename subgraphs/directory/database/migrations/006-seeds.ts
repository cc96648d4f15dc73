/** What was put in place once. It belongs to no company, and the role of queries may not read it. */
import { type Kysely, sql } from 'kysely';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    create table seed (
      name text primary key,
      seeded_at timestamptz(3) not null default now()
    )`.execute(database);
}
