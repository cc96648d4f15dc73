/**
 * A Postgres-dialect database: PGlite in a folder by default, PostgreSQL by `DATABASE_URL`. The same migrations, queries
 * and row-level security run on both.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Dialect, Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { Pool } from 'pg';
import { StartupError } from '../startup-error.ts';

export interface DatabaseOptions {
  /** Name of the PostgreSQL schema and of the embedded database's folder, such as `directory`. */
  readonly name: string;
  /** PostgreSQL's address; undefined: embedded. */
  readonly url: string | undefined;
  /** The data folder, for the embedded database. */
  readonly dataDirectory: string;
  /** Migrations by name, run in the order of their names. */
  readonly migrations: Readonly<Record<string, Migration>>;
}

/**
 * Opens the database and brings its tables up to date.
 *
 * @throws {StartupError} when it can't be reached, is in use by another process, or a migration fails.
 */
export async function openDatabase<Tables>(options: DatabaseOptions): Promise<Kysely<Tables>> {
  const database = new Kysely<Tables>({ dialect: await dialect(options) });
  try {
    await sql`create schema if not exists ${sql.id(options.name)}`.execute(database);
  } catch {
    await database.destroy().catch(() => undefined);
    throw options.url
      ? new StartupError('The database named by DATABASE_URL does not answer', 'start it or correct the variable')
      : new StartupError(
          `The embedded database ${options.name} can't be opened`,
          'end the other process that uses the data folder, or remove the folder',
        );
  }
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...options.migrations }) },
    migrationTableSchema: options.name,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await database.destroy();
    throw new StartupError(
      `The database ${options.name} can't be brought up to date`,
      'restore the version of the software that it was made with',
    );
  }
  return database;
}

async function dialect(options: DatabaseOptions): Promise<Dialect> {
  if (options.url) {
    const pool = new Pool({
      connectionString: options.url,
      options: `-c search_path=${options.name}`,
      max: 10,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 10_000,
    });
    // Without a listener, a connection that breaks while idle would end the process.
    pool.on('error', () => undefined);
    return new PostgresDialect({ pool });
  }
  const folder = join(options.dataDirectory, 'database', options.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return new PGliteDialect({
    pglite: async () => {
      const embedded = await PGlite.create(folder);
      await embedded.exec(`set search_path to "${options.name}"`);
      return embedded;
    },
  });
}
