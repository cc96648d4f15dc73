/**
 * What is published: each version of each subgraph's SDL, in files under version control.
 *
 * `registry/<subgraph>/<version>.graphql` holds an SDL and never changes; `history.json` beside it says when it was
 * published, for which address, and its SHA-256. A version is never taken back: a rollback is a new version with an
 * older text, so that history only grows.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { z } from 'zod';
import type { SubgraphName } from './subgraphs.ts';

const publication = z.strictObject({
  version: z.int().positive(),
  sha256: z.hash('sha256'),
  publishedAt: z.iso.datetime(),
  routingUrl: z.url(),
  /** The version whose text this is, when it came by a rollback. */
  restores: z.int().positive().optional(),
});

export type Publication = z.output<typeof publication>;

export interface Registry {
  /** All versions, oldest first; empty: never published. */
  history(subgraph: SubgraphName): Promise<readonly Publication[]>;
  /** The text of a version. @throws {StartupError} when it isn't there or isn't what was published. */
  sdl(subgraph: SubgraphName, version: number): Promise<string>;
  /** Adds a version. @throws {StartupError} when somebody else adds one at the same time. */
  publish(
    subgraph: SubgraphName,
    sdl: string,
    origin: Pick<Publication, 'routingUrl' | 'restores'>,
  ): Promise<Publication>;
}

export const REGISTRY_FOLDER = new URL('registry/', import.meta.url);

/** @param now the clock, for the time of publication */
export function openRegistry(folder: URL, now: () => Date): Registry {
  const fileOf = (subgraph: SubgraphName, name: string): URL => new URL(`${subgraph}/${name}`, folder);

  const history = async (subgraph: SubgraphName): Promise<readonly Publication[]> => {
    const text = await readFile(fileOf(subgraph, 'history.json'), 'utf8').catch(() => '[]');
    const parsed = z.array(publication).safeParse(parseJson(text));
    if (!parsed.success) throw new StartupError(`The history of ${subgraph} is broken`, 'restore schema/registry');
    return parsed.data;
  };

  return {
    history,
    async sdl(subgraph, version) {
      const published = (await history(subgraph)).find((entry) => entry.version === version);
      if (!published) throw new StartupError(`${subgraph} has no version ${version}`, 'name one of its history');
      const text = await readFile(fileOf(subgraph, `${version}.graphql`), 'utf8').catch(() => '');
      if (digest(text) !== published.sha256) {
        throw new StartupError(`Version ${version} of ${subgraph} isn't what was published`, 'restore schema/registry');
      }
      return text;
    },
    async publish(subgraph, sdl, origin) {
      const earlier = await history(subgraph);
      const version = (earlier.at(-1)?.version ?? 0) + 1;
      const added = { version, sha256: digest(sdl), publishedAt: now().toISOString(), ...origin };
      await mkdir(fileOf(subgraph, '.'), { recursive: true });
      // `wx`: of two who publish at once, the second finds the version taken.
      await writeFile(fileOf(subgraph, `${version}.graphql`), sdl, { flag: 'wx' }).catch(() => {
        throw new StartupError(`Version ${version} of ${subgraph} is taken`, 'publish again after the other is done');
      });
      const unfinished = fileOf(subgraph, `history.${process.pid}.json`);
      await writeFile(unfinished, `${JSON.stringify([...earlier, added], undefined, 2)}\n`);
      await rename(unfinished, fileOf(subgraph, 'history.json'));
      return added;
    },
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
