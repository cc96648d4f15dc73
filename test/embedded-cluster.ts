/**
 * Lays out an empty embedded database, copied from one that is made once on this machine: PGlite takes seconds of CPU to
 * make one, and each test has its own. What opens it runs the same migrations in it as in one of its own making.
 */
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { z } from 'zod';
import { copyFolder } from './templates.ts';

const CACHE = fileURLToPath(new URL('../node_modules/.cache/commonhold/', import.meta.url));
const PACKAGE = z.object({ version: z.string() });

/** @param names as of `openDatabase`, such as `directory` */
export async function layOutClusters(dataDirectory: string, names: readonly string[]): Promise<void> {
  const empty = await emptyCluster();
  await mkdir(join(dataDirectory, 'database'), { recursive: true, mode: 0o700 });
  await Promise.all(names.map((name) => copyFolder(empty, join(dataDirectory, 'database', name))));
}

/** A cluster is of use to the version alone that made it. */
async function emptyCluster(): Promise<string> {
  const cluster = join(CACHE, `cluster-${await version()}`);
  const isThere = await readFile(join(cluster, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (isThere) return cluster;
  await mkdir(CACHE, { recursive: true });
  const made = await mkdtemp(join(CACHE, 'making-'));
  await (await PGlite.create(made)).close();
  // Another run may have been sooner; then its cluster stays.
  await rename(made, cluster).catch(() => rm(made, { recursive: true, force: true }));
  return cluster;
}

async function version(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  return PACKAGE.parse(JSON.parse(await readFile(join(dirname(entry), '../package.json'), 'utf8'))).version;
}
