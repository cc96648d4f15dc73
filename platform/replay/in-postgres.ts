/** For many replicas without a Redis: ids in a table of PostgreSQL, cleaned of what is over each minute. */
import { type ColumnType, type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { openDatabase } from '../database/open.ts';
import type { ServerAddress } from '../secrets/server-passwords.ts';
import { inTime } from './in-time.ts';
import type { ForgetfulReplayMemory } from './replay-memory.ts';

interface ReplayTables {
  used_id: {
    id: string;
    /** By the database's clock, which all replicas share. */
    until: ColumnType<Date, never, never>;
  };
}

const CLEANING_MILLISECONDS = 60_000;

/** @throws {StartupError} when the database can't be used. */
export async function rememberInPostgres(name: string, url: ServerAddress): Promise<ForgetfulReplayMemory> {
  const database = await openDatabase<ReplayTables>({ name, url, dataDirectory: '', migrations: MIGRATIONS });
  const cleaning = setInterval(() => {
    // What isn't cleaned now is cleaned a minute later.
    sql`delete from used_id where until <= now()`.execute(database).catch(() => undefined);
  }, CLEANING_MILLISECONDS).unref();
  return {
    isFirstUse: async (id, milliseconds) => {
      const { numAffectedRows = 0n } = await inTime(
        sql`
          insert into used_id (id, until) values (${id}, now() + ${milliseconds} * interval '1 millisecond')
          on conflict (id) do update set until = excluded.until where used_id.until <= now()
        `.execute(database),
      );
      return numAffectedRows === 1n;
    },
    forget: async (id) => {
      await inTime(sql`delete from used_id where id = ${id}`.execute(database));
    },
    reach: async () => {
      await inTime(sql`select 1`.execute(database));
    },
    close: async () => {
      clearInterval(cleaning);
      await database.destroy();
    },
  };
}

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '001-used-ids': {
    async up(database: Kysely<unknown>): Promise<void> {
      await database.schema
        .createTable('used_id')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('until', 'timestamptz', (column) => column.notNull())
        .execute();
      await database.schema.createIndex('used_id_by_until').on('used_id').column('until').execute();
    },
  },
};
