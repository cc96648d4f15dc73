/** The directory's own database, brought up to date. */
import { openDatabase } from '@commonhold/platform/database/open.ts';
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { Kysely } from 'kysely';
import { MIGRATIONS } from './migrations.ts';
import type { Tables } from './tables.ts';

/** @throws {StartupError} as `openDatabase` */
export function openDirectory(url: ServerAddress | undefined, dataDirectory: string): Promise<Kysely<Tables>> {
  return openDatabase<Tables>({ name: 'directory', url, dataDirectory, migrations: MIGRATIONS });
}

/** @throws {StartupError} when something was seeded: whoever knows the sample estate would hold roles in production. */
export async function refuseSampleEstate(database: Kysely<Tables>): Promise<void> {
  const seeded = await database.selectFrom('seed').select('name').execute();
  if (seeded.length === 0) return;
  throw new StartupError(
    "The directory's database holds the sample estate of development",
    'name an empty data folder or database for production',
  );
}
