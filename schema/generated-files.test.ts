import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readPartnerData } from '@commonhold/development/partner-data.ts';
import { describe, expect, it } from '@jest/globals';
import { type GeneratedFile, generateFiles, staleFiles } from './generated-files.ts';
import { SUBGRAPHS, type SubgraphEntry } from './subgraphs.ts';

describe('the generated files', () => {
  it('are the same each time, and those that are checked in', async () => {
    const generated = await generateFiles(SUBGRAPHS, await readPartnerData());
    expect(await generateFiles(SUBGRAPHS, await readPartnerData())).toEqual(generated);
    expect(await staleFiles(generated)).toEqual([]);
  });

  it('are stale when one differs or is missing', async () => {
    const folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'generated-'))}/`);
    const [fresh, changed, missing]: readonly GeneratedFile[] = ['fresh', 'changed', 'missing'].map((name) => ({
      file: new URL(name, folder),
      text: `${name}\n`,
    }));
    if (!fresh || !changed || !missing) throw new Error('three files were made');
    await writeFile(fresh.file, fresh.text);
    await writeFile(changed.file, `${changed.text} by hand`);
    expect(await staleFiles([fresh, changed, missing])).toEqual([changed, missing]);
  });

  it.each([
    ['isn’t GraphQL', 'type Query { a: }', /schema\.graphql isn't GraphQL at line 1, column 17/],
    ['lacks a policy', 'type Query { open: Int }', /Subgraph communal has fields without a policy \(Query\.open\)/],
    [
      'doesn’t compose',
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
       type Residence @key(fields: "nothing") @authenticated { id: ID! }`,
      /The subgraphs don't compose \(KEY_INVALID_FIELDS: .*communal/,
    ],
  ])('are not made from an SDL that %s', async (_case, sdl, sentence) => {
    await expect(generateFiles(await withSdl('communal', sdl), [])).rejects.toThrow(sentence);
  });

  it('are not made without an SDL', async () => {
    const missing = [new URL('nowhere.graphql', import.meta.url)];
    const [directory] = SUBGRAPHS;
    if (!directory) throw new Error('there is a directory');
    await expect(generateFiles([{ ...directory, schemaFiles: missing }], [])).rejects.toThrow(
      /The schema file .*nowhere\.graphql can't be read: restore it\./,
    );
  });
});

async function withSdl(name: string, sdl: string): Promise<readonly SubgraphEntry[]> {
  const file = join(await mkdtemp(join(tmpdir(), 'sdl-')), 'schema.graphql');
  await writeFile(file, sdl);
  return SUBGRAPHS.map((entry) => (entry.name === name ? { ...entry, schemaFiles: [pathToFileURL(file)] } : entry));
}
