/** The order in which a company's consents are listed. */
import { type Kysely, sql } from 'kysely';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`create index consent_newest_first on consent (tenant, since desc, key)`.execute(database);
}
