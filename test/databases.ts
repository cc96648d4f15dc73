/** Both databases that the product runs on, so that one suite can be run on each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutClusters } from './embedded-cluster.ts';
import { startPostgres } from './postgres.ts';

export interface TestDatabase {
  /** For `DATABASE_URL`; undefined: embedded. */
  readonly url: string | undefined;
  /** A data folder of the test's own. */
  readonly dataDirectory: string;
  remove(): Promise<void>;
}

/**
 * @example
 * describe.each(DATABASES)('on %s', (_, provide) => { … });
 */
export const DATABASES: readonly (readonly [string, () => Promise<TestDatabase>])[] = [
  [
    'PGlite',
    async () => {
      const provided = withFolder(undefined, async () => undefined);
      await layOutClusters(provided.dataDirectory, ['directory']);
      return provided;
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const { url, stop } = await startPostgres();
      return withFolder(url, stop);
    },
  ],
];

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
