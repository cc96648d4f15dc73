/**
 * A Postgres-dialect database: PGlite in a folder by default, PostgreSQL by `DATABASE_URL`. The same migrations, queries
 * and row-level security run on both.
 */
import { type Dialect, Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { ServerAddress } from '../secrets/server-passwords.ts';
import { StartupError } from '../startup-error.ts';

export interface DatabaseOptions {
  /** Name of the PostgreSQL schema and of the embedded database's folder, such as `directory`. */
  readonly name: string;
  /** PostgreSQL's address; undefined: embedded. */
  readonly url: ServerAddress | undefined;
  /** The data folder, for the embedded database. */
  readonly dataDirectory: string;
  /** Migrations by name, run in the order of their names. */
  readonly migrations: Readonly<Record<string, Migration>>;
}

const UNIQUE_VIOLATION = '23505';
const DUPLICATE_SCHEMA = '42P06';

/**
 * Opens the database and brings its tables up to date. Names without a schema mean those of the schema `name`.
 *
 * @throws {StartupError} when it can't be reached, is in use by another process, or a migration fails.
 */
export async function openDatabase<Tables>(options: DatabaseOptions): Promise<Kysely<Tables>> {
  const database = new Kysely<Tables>({ dialect: await chooseDialect(options) });
  try {
    await sql`create schema if not exists ${sql.id(options.name)}`.execute(database).catch(unlessMadeMeanwhile);
  } catch (error) {
    await database.destroy().catch(() => undefined);
    throw error instanceof StartupError ? error : unreachable(options);
  }
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...options.migrations }) },
    migrationTableSchema: options.name,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error) {
    await database.destroy().catch(() => undefined);
    const failed = results?.find(({ status }) => status === 'Error');
    throw error instanceof StartupError ? error : unmigratable(options.name, failed?.migrationName);
  }
  return database;
}

/** Only the driver that is used is loaded: each costs start-up time. */
async function chooseDialect({ name, url, dataDirectory }: DatabaseOptions): Promise<Dialect> {
  if (url === undefined) {
    const { embeddedDialect } = await import('./embedded.ts');
    return embeddedDialect(name, dataDirectory);
  }
  const { serverDialect } = await import('./server.ts');
  return serverDialect(name, url);
}

/** `if not exists` doesn't help against another replica that makes the same schema at the same moment. */
function unlessMadeMeanwhile(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== UNIQUE_VIOLATION && code !== DUPLICATE_SCHEMA) throw error;
}

function unreachable({ name, url }: DatabaseOptions): StartupError {
  return url === undefined
    ? new StartupError(`The embedded database ${name} can't be opened`, 'restore its folder in the data folder')
    : new StartupError(
        `The database named by DATABASE_URL can't be used for ${name}`,
        'start it, correct the variable, or let its role create schemas in the database',
      );
}

function unmigratable(name: string, migration: string | undefined): StartupError {
  return new StartupError(
    `The database ${name} can't be brought up to date${migration ? ` (${migration})` : ''}`,
    "give its role the rights that the subgraph's README names, or restore the version of the software that it was made with",
  );
}
