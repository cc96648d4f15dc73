/**
 * Somebody else's subgraph that leads to the product's objects by a union, which the product's own subgraphs don't have:
 * what was found to need attention, be it a residence or a motion sensor.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { listenOnFreePort } from '@commonhold/gateway/testing/listen.ts';
import { composeSupergraph } from '@commonhold/schema/compose-supergraph.ts';
import { readSchema } from '@commonhold/schema/read-schema.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import { graphql, parse } from 'graphql';

const DOCUMENT = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
  type Query { found: [Finding!] @authenticated }
  union Finding = Residence | MotionSensor
  type Residence @key(fields: "id", resolvable: false) { id: ID! }
  interface Device { id: ID! }
  type MotionSensor implements Device @key(fields: "id", resolvable: false) { id: ID! }
`);

export interface Findings {
  /** The product's subgraphs and this one. */
  readonly supergraph: string;
  /** What is found from now on. */
  find(found: readonly { readonly __typename: 'Residence' | 'MotionSensor'; readonly id: string }[]): void;
  stop(): Promise<void>;
}

export async function startFindings(): Promise<Findings> {
  let found: readonly object[] = [];
  const schema = buildSubgraphSchema([{ typeDefs: DOCUMENT, resolvers: { Query: { found: () => found } } }]);
  const server = createServer(async (request, response) => {
    const { query, variables } = JSON.parse(await text(request));
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  const { port, stop } = await listenOnFreePort(server);
  const own = await Promise.all(
    SUBGRAPHS.map(async ({ name, routingUrl, schemaFiles }) => ({
      name,
      routingUrl,
      document: await readSchema(schemaFiles),
    })),
  );
  const findings = { name: 'findings', routingUrl: `http://localhost:${port}/graphql`, document: DOCUMENT };
  return {
    supergraph: composeSupergraph([...own, findings]),
    find: (objects) => {
      found = objects;
    },
    stop,
  };
}
