/**
 * For tests: somebody else's supergraph, a shop, with three plain subgraphs over http that know nothing of us. A test
 * may let any of them misbehave.
 */
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, graphql, parse } from 'graphql';
import { listenOnFreePort } from './listen.ts';

export type ShopSubgraph = 'products' | 'reviews' | 'stock';

export interface Shop {
  readonly sdl: string;
  /** Operations that came, by subgraph. */
  readonly received: Readonly<
    Record<ShopSubgraph, { readonly headers: IncomingMessage['headers']; readonly body: string }[]>
  >;
  /** How a subgraph answers in place of what it should; undefined: as it should. */
  readonly misbehaviour: Partial<Record<ShopSubgraph, (response: ServerResponse) => void>>;
  writeSupergraph(file: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startShop(): Promise<Shop> {
  const received: Shop['received'] = { products: [], reviews: [], stock: [] };
  const misbehaviour: Shop['misbehaviour'] = {};
  const started = await Promise.all(
    (Object.keys(SUBGRAPHS) as ShopSubgraph[]).map(async (name) => {
      const typeDefs = parse(LINK + SUBGRAPHS[name].sdl);
      const schema = buildSubgraphSchema([{ typeDefs, resolvers: SUBGRAPHS[name].resolvers }]);
      const server = createServer(async (request, response) => {
        const body = await readText(request);
        received[name].push({ headers: request.headers, body });
        const misbehave = misbehaviour[name];
        if (misbehave) return misbehave(response);
        const { query, variables } = JSON.parse(body);
        const result = await graphql({ schema, source: query, variableValues: variables });
        return response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
      });
      const { port, stop } = await listenOnFreePort(server);
      return { definition: { name, typeDefs, url: `http://localhost:${port}/graphql` }, stop };
    }),
  );
  const { supergraphSdl: sdl, errors } = composeServices(started.map(({ definition }) => definition));
  if (!sdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return {
    sdl,
    received,
    misbehaviour,
    writeSupergraph: (file) => writeFile(file, sdl),
    stop: async () => {
      await Promise.all(started.map(({ stop }) => stop()));
    },
  };
}

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.5"
  import: ["@key", "@requires", "@external", "@authenticated"]
)
`;

/** What a careless subgraph tells in its errors; none of it may reach a client. */
export const CARELESS_MESSAGE = 'connect ECONNREFUSED 10.0.0.7:5432 at /srv/products/db.js';

const PRODUCTS = [
  { id: '1', name: 'lamp', weight: 3 },
  { id: '2', name: 'rug', weight: 5 },
];

const SUBGRAPHS = {
  products: {
    sdl: `
      type Query { products: [Product!] product(id: ID!): Product careless: String limited: String cost: String @authenticated
                   search(filter: Filter): [Product!] }
      input Filter { maximum: Int! any: [Filter!] text: String }
      type Product @key(fields: "id") { id: ID! name: String! weight: Int }`,
    resolvers: {
      Query: {
        products: () => PRODUCTS,
        product: (_: unknown, { id }: { id: string }) => PRODUCTS.find((product) => product.id === id),
        careless: () => {
          throw new GraphQLError(CARELESS_MESSAGE, { extensions: { code: 'ECONNREFUSED', stacktrace: ['db.js'] } });
        },
        limited: () => {
          throw new GraphQLError('Not more than 3.', { extensions: { code: 'BAD_USER_INPUT', internal: 'db.js' } });
        },
        cost: () => '12.00',
        search: () => PRODUCTS,
      },
      Product: { __resolveReference: ({ id }: { id: string }) => PRODUCTS.find((product) => product.id === id) },
    },
  },
  reviews: {
    sdl: `
      type Query { latest: [Review!] }
      type Mutation { review(text: String!): Review }
      type Review @key(fields: "id") { id: ID! text: String! product: Product! }
      type Product @key(fields: "id") { id: ID! reviews: [Review!] }`,
    resolvers: {
      Query: { latest: () => [{ id: '9', text: 'good', product: { id: '1' } }] },
      Mutation: { review: (_: unknown, { text }: { text: string }) => ({ id: '10', text, product: { id: '1' } }) },
      Product: { reviews: () => [{ id: '9', text: 'good', product: { id: '1' } }] },
    },
  },
  stock: {
    sdl: `
      type Query { stockCount: Int }
      type Product @key(fields: "id") { id: ID! inStock: Int! weight: Int @external shipping: Int @requires(fields: "weight") }`,
    resolvers: {
      Query: { stockCount: () => 4 },
      Product: { inStock: () => 4, shipping: ({ weight }: { weight: number }) => weight * 10 },
    },
  },
};

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
