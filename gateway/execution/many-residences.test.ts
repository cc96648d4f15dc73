/** Somebody whose grant is for thousands of residences: what a subgraph is told of them doesn't fit into a token. */
import { join } from 'node:path';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import { startTinySubgraph, type TinySubgraph } from '@commonhold/kit/testing/tiny-subgraph.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';
import { freePort } from '../testing/listen.ts';

const SDL = `
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@authenticated", "@requiresScopes", "@policy"]
  )
  type Query {
    device(id: ID!): Device @requiresScopes(scopes: [["device:read"]])
  }
  interface Device @key(fields: "id") {
    id: ID!
  }
  type Residence @key(fields: "id") @requiresScopes(scopes: [["residence:read"]]) {
    id: ID!
  }
  type Light implements Device @key(fields: "id") @requiresScopes(scopes: [["device:read"]]) {
    id: ID!
  }
`;

const residences = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `northgate-p${Math.floor(index / 100)}-r${index % 100}`);
const lightOf = (residence: string): string =>
  encodeId({ tenant: tenantId('northgate'), type: 'Device', residence: residenceKey(residence), key: 'light-1' });

let gateway: GatewayUnderTest;
let tiny: TinySubgraph;
beforeAll(async () => {
  const port = await freePort();
  gateway = await startGatewayUnderTest({ SMART_HOME_URL: `https://localhost:${port}` });
  const masterKey = await loadMasterKey(gateway.environment);
  const identities = {
    of: (name: 'gateway' | 'smart-home') => loadIdentity(name, join(gateway.dataDirectory, 'tls'), masterKey),
  };
  tiny = await startTinySubgraph(identities, {
    sdl: SDL,
    resolvers: {
      Query: {
        device: (_root: unknown, { id }: { readonly id: string }, { principal }: TinySubgraph['requests'][number]) =>
          ownId(principal, id, ['Device'], ['device:read']) && { __typename: 'Light', id },
      },
      Residence: { __resolveReference: () => null },
      Device: { __resolveReference: () => null },
    },
    options: { port },
  });
});
afterAll(async () => {
  await tiny?.stop();
  await gateway?.stop();
});

const ask = async (residence: string) => {
  const token = await gateway.issuer.sign();
  const { body } = await gateway.ask(`{ device(id: "${lightOf(residence)}") { id } }`, { token });
  return { device: body.data?.['device'], errors: body.errors };
};

describe.each([1, 1_000, 10_000])('a grant for %d residences', (count) => {
  beforeAll(() => {
    gateway.directory.access = {
      active: true,
      kind: 'person',
      grants: [{ role: 'TECHNICIAN', residences: residences(count) }],
    };
  });

  it('reaches each of them, and no other', async () => {
    for (const residence of [residences(count).at(0), residences(count).at(-1)]) {
      expect(await ask(residence ?? '')).toEqual({ device: { id: lightOf(residence ?? '') }, errors: undefined });
    }
    expect(await ask('northgate-p100-r0')).toEqual({ device: null, errors: undefined });
    const [grant, ...others] = tiny.requests.at(-1)?.principal.grants ?? [];
    expect([grant?.residences?.size, others]).toEqual([count, []]);
  });
});

it('a thousand grants of one role, for a residence each, are told as one', async () => {
  gateway.directory.access = {
    active: true,
    kind: 'person',
    grants: residences(1_000).map((residence) => ({ role: 'TECHNICIAN', residences: [residence] })),
  };
  expect((await ask('northgate-p9-r99')).device).toEqual({ id: lightOf('northgate-p9-r99') });
  expect((await ask('northgate-p10-r0')).device).toBeNull();
  expect(tiny.requests.at(-1)?.principal.grants).toHaveLength(1);
});
