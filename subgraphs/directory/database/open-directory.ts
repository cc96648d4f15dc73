/** The directory's own database, brought up to date. */
import { openDatabase } from '@commonhold/platform/database/open.ts';
import type { Kysely } from 'kysely';
import { MIGRATIONS } from './migrations.ts';
import type { Tables } from './tables.ts';

/** @throws {StartupError} as `openDatabase` */
export function openDirectory(url: string | undefined, dataDirectory: string): Promise<Kysely<Tables>> {
  return openDatabase<Tables>({ name: 'directory', url, dataDirectory, migrations: MIGRATIONS });
}
