/**
 * The files that the page loads, all from this gateway: its own modules as they stand in `page/`, and prebuilt files of
 * packages. Nothing is bundled, so that there is nothing to build and the page works without another network.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** Changes with the body (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

export const ASSET_PATH = '/explorer/assets';

/** What page modules import by the name of a package. */
export const IMPORT_MAP = JSON.stringify({ imports: { oauth4webapi: `${ASSET_PATH}/oauth4webapi.js` } });

/** Reads all assets once. They are kept in memory, by name. */
export async function loadAssets(): Promise<ReadonlyMap<string, Asset>> {
  const names = (await readdir(PAGE)).filter((name) => extname(name) in TYPES);
  const files = [...names.map((name) => [name, join(PAGE, name)] as const), ...packageFiles()];
  return new Map(await Promise.all(files.map(async ([name, file]) => [name, await readAsset(file)] as const)));
}

const PAGE = fileURLToPath(new URL('page/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Packages don't export their bundles for browsers, but for this they are made. */
function packageFiles(): readonly (readonly [name: string, file: string])[] {
  const require = createRequire(import.meta.url);
  const folder = (name: string): string => dirname(require.resolve(`${name}/package.json`));
  return [
    ['react.min.js', join(folder('react'), 'umd/react.production.min.js')],
    ['react-dom.min.js', join(folder('react-dom'), 'umd/react-dom.production.min.js')],
    ['graphiql.min.js', join(folder('graphiql'), 'graphiql.min.js')],
    ['graphiql.min.css', join(folder('graphiql'), 'graphiql.min.css')],
    ['oauth4webapi.js', join(folder('oauth4webapi'), 'build/index.js')],
  ];
}

async function readAsset(file: string): Promise<Asset> {
  const body = await readFile(file);
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  return { type: TYPES[extname(file)] ?? 'application/octet-stream', body, etag };
}
