import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { examine, publish, rollback } from './publication.ts';
import { readSchemaText } from './read-schema.ts';
import { openRegistry, type Registry } from './registry.ts';
import { findSubgraph, type SubgraphEntry } from './subgraphs.ts';

let folder: URL;
let registry: Registry;
let communal: SubgraphEntry;
let sdl: string;

beforeEach(async () => {
  folder = pathToFileURL(`${await mkdtemp(join(tmpdir(), 'registry-'))}/`);
  registry = openRegistry(folder, () => new Date('2026-03-01T08:30:00Z'));
  const entry = findSubgraph('communal');
  if (!entry) throw new Error('there is a subgraph communal');
  sdl = await readSchemaText(entry.schemaFiles);
  const file = new URL('work-tree.graphql', folder);
  communal = { ...entry, schemaFiles: [file] };
  await writeFile(file, sdl);
});

describe('publishing', () => {
  it('keeps the text, its digest, its address and its time', async () => {
    const published = await publish(registry, communal);
    expect(published).toMatchObject({
      version: 1,
      publishedAt: '2026-03-01T08:30:00.000Z',
      routingUrl: 'https://localhost:4203/graphql',
    });
    expect(published.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await registry.sdl('communal', 1)).toBe(sdl);
    expect(await registry.history('communal')).toEqual([published]);
  });

  it('refuses what is published already', async () => {
    await publish(registry, communal);
    await expect(publish(registry, communal)).rejects.toThrow('communal is published as it is (version 1)');
  });

  it('refuses a field without a policy, by its name', async () => {
    await change('"Whether it was paid."', '"New."\n  open: Int\n  "Whether it was paid."');
    await change('type Bill @requiresScopes(scopes: [["billing:read"]])', 'type Bill');
    await expect(publish(registry, communal)).rejects.toThrow(/fields without a policy \(.*Bill\.open/);
    expect(await registry.history('communal')).toEqual([]);
  });

  it('refuses what does not compose with the others', async () => {
    await change('areaSquareMeters: String! @external', 'areaSquareMeters: Int! @external');
    await expect(publish(registry, communal)).rejects.toThrow(/EXTERNAL_TYPE_MISMATCH/);
  });
});

describe('checking', () => {
  it('tells what would change in the API and in the rights', async () => {
    expect((await examine(registry, communal)).changes).toBeUndefined();
    await publish(registry, communal);
    await change('"When it is due, as an ISO 8601 date."\n  dueOn: String!', '');
    await change('description: String @policy(policies: [["personal-data"]])', 'description: String');
    expect((await examine(registry, communal)).changes).toEqual({
      breaking: ['Bill.dueOn was removed.'],
      dangerous: [],
      rights: ['ANALYST sees ServiceRequest.description: none → company'],
    });
  });
});

describe('rolling back', () => {
  it('publishes the version before, or the one named, anew', async () => {
    await publish(registry, communal);
    await change('"Whether it was paid."', '"Whether somebody paid."');
    await publish(registry, communal);
    expect(await rollback(registry, communal)).toMatchObject({ version: 3, restores: 1 });
    expect(await registry.sdl('communal', 3)).toBe(sdl);
    expect(await rollback(registry, communal, 2)).toMatchObject({ version: 4, restores: 2 });
    expect((await registry.history('communal')).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  });

  it('refuses a version that there is not', async () => {
    await publish(registry, communal);
    await expect(rollback(registry, communal)).rejects.toThrow('communal has no such version before its latest');
    await expect(rollback(registry, communal, 7)).rejects.toThrow('communal has no such version before its latest');
  });
});

describe('a registry that was changed by hand', () => {
  it('is refused', async () => {
    await publish(registry, communal);
    await writeFile(new URL('communal/1.graphql', folder), `${sdl}# more`);
    await expect(registry.sdl('communal', 1)).rejects.toThrow("Version 1 of communal isn't what was published");
    await writeFile(new URL('communal/history.json', folder), '{');
    await expect(registry.history('communal')).rejects.toThrow('The history of communal is broken');
  });

  it('is not written over', async () => {
    await publish(registry, communal);
    await writeFile(new URL('communal/history.json', folder), '[]');
    await change('"Whether it was paid."', '"Whether somebody paid."');
    await expect(publish(registry, communal)).rejects.toThrow('Version 1 of communal is taken');
  });
});

async function change(from: string, to: string): Promise<void> {
  const [file] = communal.schemaFiles;
  if (!file) throw new Error('there is a file');
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`the SDL has no ${from}`);
  await writeFile(file, text.replace(from, to));
}
