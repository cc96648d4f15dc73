/** Both databases that the product runs on, so that one suite can be run on each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutClusters } from './embedded-cluster.ts';
import { startPostgres } from './postgres.ts';
import { layOut } from './templates.ts';

export interface TestDatabase {
  /** For `DATABASE_URL`; undefined: embedded. */
  readonly url: string | undefined;
  /** A data folder of the test's own. */
  readonly dataDirectory: string;
  remove(): Promise<void>;
}

/** Something that many tests begin with. */
export interface DatabaseContent {
  /** Tells it from others. */
  readonly name: string;
  write(database: Pick<TestDatabase, 'url' | 'dataDirectory'>): Promise<void>;
}

/** @param content left out: an empty database */
export type ProvideDatabase = (content?: DatabaseContent) => Promise<TestDatabase>;

/**
 * @example
 * describe.each(DATABASES)('on %s', (_, provide) => { … });
 */
export const DATABASES: readonly (readonly [string, ProvideDatabase])[] = [
  [
    'PGlite',
    async (content) => {
      const provided = withFolder(undefined, async () => undefined);
      if (!content) await layOutClusters(provided.dataDirectory, ['directory']);
      else {
        await layOut(`pglite-${content.name}`, provided.dataDirectory, async (dataDirectory) => {
          await layOutClusters(dataDirectory, ['directory']);
          await content.write({ url: undefined, dataDirectory });
        });
      }
      return provided;
    },
  ],
  [
    'PostgreSQL',
    async (content) => {
      const { url, stop } = await startPostgres(
        content && { name: content.name, write: (url) => content.write({ url, dataDirectory: tmpdir() }) },
      );
      return withFolder(url, stop);
    },
  ],
];

/**
 * For suites about what is the same on both: PostgreSQL alone, which replicas share; the running system of the other tests
 * is on PGlite. `TEST_DATABASES=all` runs these on both, too.
 */
export const EITHER_DATABASE = process.env['TEST_DATABASES'] === 'all' ? DATABASES : DATABASES.slice(1);

function withFolder(url: string | undefined, stop: () => Promise<void>): TestDatabase {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'data-'));
  return {
    url,
    dataDirectory,
    remove: async () => {
      await stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
