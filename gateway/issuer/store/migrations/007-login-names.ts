/**
 * A login name is one company's own: another company that has somebody of the same name keeps nobody from theirs. It is
 * the company's provider that names people, and not all names are addresses that could be proven.
 */
import { type Kysely, sql } from 'kysely';

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`
    alter table account
      drop constraint account_login_name_hash_key,
      add constraint account_login_name unique (login_name_hash, tenant)`.execute(database);
}
