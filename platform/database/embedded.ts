/** PGlite: PostgreSQL in this process, its files in a folder of the data folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Dialect, PGliteDialect } from 'kysely';
import { StartupError } from '../startup-error.ts';
import { lockFolder } from './folder-lock.ts';

/** Kysely gives PGlite's one connection to one transaction at a time, so that no query ever joins another's. */
export function embeddedDialect(name: string, dataDirectory: string): Dialect {
  return new PGliteDialect({
    pglite: async () => {
      const folder = join(dataDirectory, 'database', name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const lock = await lockFolder(join(dataDirectory, 'database'), name);
      if (!lock) {
        throw new StartupError(
          `The embedded database ${name} is in use by another process`,
          'end that process or set DATA_DIR to another folder',
        );
      }
      try {
        const embedded = await PGlite.create(folder);
        await embedded.exec(`set search_path to "${name}"`);
        return {
          ready: true,
          waitReady: embedded.waitReady,
          get closed() {
            return embedded.closed;
          },
          query: embedded.query.bind(embedded),
          transaction: embedded.transaction.bind(embedded),
          close: async () => {
            await embedded.close();
            await lock.release();
          },
        };
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  });
}
