/** For the kit's own tests: a subgraph with one of everything that the kit guards. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createLog } from '@commonhold/platform/log.ts';
import { Registry } from 'prom-client';
import { errorOf } from '../errors.ts';
import { readPolicyMode } from '../shield/policy-mode.ts';
import type { Reference } from '../shield/reference-resolvers.ts';
import { defineSubgraph, type SubgraphOptions } from '../subgraph.ts';
import type { SubgraphDefinition, SubgraphRequest } from '../subgraph-definition.ts';
import { encodeId, type TypedId, tenantId } from '../tenancy/ids.ts';
import { createTestGateway, type TestGateway } from './gateway.ts';
import type { TestIdentities } from './identities.ts';

export const TINY_SDL = `
  extend schema @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy"]
  )
  type Query {
    ping: String @authenticated
    statistics: String @requiresScopes(scopes: [["statistics:read"]])
    explode: String @authenticated
    partner: String @authenticated
    wait: String @authenticated
    promised: String! @authenticated
    parts: [String] @authenticated
    stray: Residence @authenticated
    residence(id: ID!): Residence @requiresScopes(scopes: [["residence:read"]])
  }
  type Residence @key(fields: "id") @requiresScopes(scopes: [["residence:read"]]) {
    id: ID!
    number: String
    occupants: String @policy(policies: [["personal-data"]])
    areaSquareMeters: String @external
    perSquareMeter: String @requires(fields: "areaSquareMeters")
    origin: String
  }
  interface Device @key(fields: "id") {
    id: ID!
    label: String
  }
  type Light implements Device @key(fields: "id") @requiresScopes(scopes: [["device:read"]]) {
    id: ID!
    label: String
  }
  type Lock implements Device @key(fields: "id") @requiresScopes(scopes: [["device:read"]]) {
    id: ID!
    label: String
  }
  type Property @key(fields: "id", resolvable: false) @requiresScopes(scopes: [["property:read"]]) {
    id: ID!
  }
`;

export interface TinySubgraph {
  readonly gateway: TestGateway;
  readonly port: number;
  readonly metrics: Registry;
  /** References that reached an author's resolver, in order. */
  readonly references: readonly Reference[];
  /** Signals of the requests so far. */
  readonly requests: readonly SubgraphRequest[];
  stop(): Promise<void>;
}

export interface TinySubgraphChange {
  readonly sdl?: string;
  readonly resolvers?: SubgraphDefinition<object>['resolvers'];
  readonly options?: Partial<SubgraphOptions>;
}

/** Starts it on a free port; stop it after the test. */
export async function startTinySubgraph(
  identities: Pick<TestIdentities, 'of'>,
  { sdl = TINY_SDL, resolvers = {}, options = {} }: TinySubgraphChange = {},
): Promise<TinySubgraph> {
  const folder = await mkdtemp(join(tmpdir(), 'commonhold-sdl-'));
  const file = join(folder, 'tiny.graphql');
  await writeFile(file, sdl);
  const references: Reference[] = [];
  const requests: SubgraphRequest[] = [];
  const metrics = new Registry();
  try {
    const running = await defineSubgraph(
      {
        name: 'smart-home',
        schemaFiles: [pathToFileURL(file)],
        resolvers: { ...tinyResolvers(references), ...resolvers },
        services: (request) => {
          requests.push(request);
          return {};
        },
      },
      {
        identity: await identities.of('smart-home'),
        port: 0,
        log: createLog('tiny', { LOG_LEVEL: 'silent' }),
        metrics,
        policy: readPolicyMode(process.env),
        ...options,
      },
    );
    const gateway = createTestGateway(await identities.of('gateway'), 'smart-home', running.port);
    const stop = async (): Promise<void> => {
      await gateway.close();
      await running.stop();
    };
    return { gateway, port: running.port, metrics, references, requests, stop };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function tinyResolvers(references: Reference[]): SubgraphDefinition<object>['resolvers'] {
  return {
    Query: {
      ping: () => 'pong',
      statistics: () => '42',
      explode: () => {
        throw new Error('canary: password at /etc/secret on db.internal');
      },
      partner: () => {
        throw errorOf('PARTNER_TIMEOUT', 'The smart-home partner took too long.');
      },
      parts: () => ['whole', Promise.reject(new Error('canary in a list'))],
      stray: () => residence({ tenant: tenantId('riverside'), type: 'Residence', residence: undefined, key: 'r-1' }),
    },
    Residence: {
      __resolveReference: (reference: Reference) => {
        references.push(reference);
        return { ...residence(reference.id), ...reference.external };
      },
      perSquareMeter: ({ areaSquareMeters }: { areaSquareMeters?: string }) => `for ${areaSquareMeters}`,
    },
    Device: {
      __resolveReference: (reference: Reference) => {
        references.push(reference);
        const typename = reference.id.key.startsWith('lock') ? 'Lock' : 'Light';
        return { __typename: typename, id: encodeId(reference.id), label: reference.id.key };
      },
    },
  };
}

function residence(id: TypedId): object {
  return { id: encodeId(id), number: id.key, occupants: `occupants of ${id.key}`, origin: 'owner' };
}
