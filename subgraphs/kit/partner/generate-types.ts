/**
 * The types of a partner's API, made from its OpenAPI document: `partner/openapi/<version>.yaml` →
 * `partner/generated/<version>.ts`. The generated files are checked in; `check` tells whether they are fresh.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTypescript, { astToString } from 'openapi-typescript';

export interface GenerateOptions {
  /** The subgraph's partner folder, with `openapi/` in it. */
  readonly folder: URL;
  /** Write nothing, only compare. */
  readonly check: boolean;
}

/**
 * @returns paths of the files that were stale (with `check`: still are); none: everything is fresh
 *
 * @example
 * await generatePartnerTypes({ folder: new URL('../../subgraphs/communal/partner/', import.meta.url), check: true });
 */
export async function generatePartnerTypes({ folder, check }: GenerateOptions): Promise<readonly string[]> {
  const documents = await readdir(new URL('openapi/', folder)).catch(() => []);
  const stale: string[] = [];
  for (const document of documents.filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort()) {
    const version = basename(document).replace(/\.[a-z]+$/, '');
    const target = new URL(`generated/${version}.ts`, folder);
    const types = await generateTypes(new URL(`openapi/${document}`, folder));
    const present = await readFile(target, 'utf8').catch(() => undefined);
    if (present === types) continue;
    stale.push(fileURLToPath(target));
    if (check) continue;
    await mkdir(new URL('.', target), { recursive: true });
    await writeFile(target, types);
  }
  return stale;
}

async function generateTypes(document: URL): Promise<string> {
  const source = basename(fileURLToPath(document));
  const types = await openapiTypescript(document, { alphabetize: true });
  return `/** Generated from \`openapi/${source}\` by \`npm run generate\`. Do not edit. */\n${astToString(types)}`;
}
