/**
 * The types of a partner's API, made from its OpenAPI documents: `partner/openapi/<version>.yaml` →
 * `partner/generated/<version>.ts`. The generated files are checked in.
 */
import { readdir } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';

export interface PartnerTypes {
  readonly file: URL;
  readonly text: string;
}

/**
 * @param folder the subgraph's partner folder, with `openapi/` in it
 * @returns the files as they should be, one a version; the same for the same documents
 *
 * @example
 * await generatePartnerTypes(new URL('../communal/partner/', import.meta.url));
 */
export async function generatePartnerTypes(folder: URL): Promise<readonly PartnerTypes[]> {
  const documents = await readdir(new URL('openapi/', folder));
  return await Promise.all(
    documents
      .filter((name) => /\.(?:yaml|json)$/.test(name))
      .sort()
      .map(async (name) => ({
        file: new URL(`generated/${name.replace(/\.[a-z]+$/, '')}.ts`, folder),
        text: await generateTypes(new URL(`openapi/${name}`, folder), name),
      })),
  );
}

async function generateTypes(document: URL, name: string): Promise<string> {
  const types = await openapiTypescript(document, { alphabetize: true });
  return `/** Generated from \`openapi/${name}\` by \`npm run generate\`. Do not edit. */\n${astToString(types)}`;
}
