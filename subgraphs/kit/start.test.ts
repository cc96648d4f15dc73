import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestIdentities, type TestIdentities } from './testing/identities.ts';
import { startTinySubgraph, TINY_SDL } from './testing/tiny-subgraph.ts';

let identities: TestIdentities;
beforeAll(async () => {
  identities = await createTestIdentities();
});
afterAll(() => identities.remove());

describe('a subgraph does not start', () => {
  it('with a field without a policy, and names it', async () => {
    const sdl = TINY_SDL.replace('type Query {', 'type Query { open: String');
    await expect(startTinySubgraph(identities, { sdl })).rejects.toThrow(/Query\.open/);
  });

  it('with a broken file, and names it', async () => {
    await expect(startTinySubgraph(identities, { sdl: 'type Query {' })).rejects.toThrow(/tiny\.graphql/);
  });

  it('with a type that is nowhere, and names it', async () => {
    const sdl = TINY_SDL.replace('ping: String', 'ping: Strong');
    await expect(startTinySubgraph(identities, { sdl })).rejects.toThrow(/Strong/);
  });

  it('with a resolver that fits no field, and names it', async () => {
    const resolvers = { Residence: { nmuber: () => '1' } };
    await expect(startTinySubgraph(identities, { resolvers })).rejects.toThrow(/Residence\.nmuber/);
  });
});
