/** For tests: products and their stock, in subgraphs in this process. */
import { type GraphInProcess, graphInProcess } from './graph-in-process.ts';

export interface Reference {
  readonly upc: string;
}

export const PRODUCTS = {
  sdl: `
    type Query { top(first: Int): [Product] all: [Product!] node: Node any: Any }
    interface Node { id: Int }
    union Any = Product
    type Product implements Node @key(fields: "upc") { upc: ID! id: Int name: String! price(currency: String!): Int size: Size }
    enum Size { SMALL LARGE HIDDEN @inaccessible }`,
  resolvers: {
    Query: {
      top: (_: unknown, { first = 2 }: { readonly first?: number }) =>
        Array.from({ length: first }, (_, index) => product(String(index % 3))),
      all: () => [product('0'), null],
      node: () => ({ __typename: 'Product', ...product('0') }),
    },
    Product: {
      __resolveReference: ({ upc }: Reference) => product(upc),
      price: ({ upc }: Reference, { currency }: { readonly currency: string }) => Number(upc) + (PRICES[currency] ?? 0),
    },
  },
} as const;

/** What a representation tells beside the key. */
export interface Told {
  readonly price: number;
  readonly size: string;
  readonly parts?: readonly { readonly name: string }[];
}

export const PRICES: Readonly<Record<string, number>> = { USD: 100, EUR: 200, GBP: 300 };

export function product(upc: string) {
  return { upc, id: 0, name: `name ${upc}`, size: 'SMALL' };
}

export const STOCK = {
  sdl: `
    type Product @key(fields: "upc") {
      upc: ID! inStock: Int! price(currency: String!): Int @external
      dollars: String @requires(fields: "price(currency: \\"USD\\")")
    }`,
  resolvers: {
    Product: {
      __resolveReference: (reference: Reference) => (reference.upc === 'gone' ? null : reference),
      inStock: ({ upc }: Reference) => Number(upc),
      dollars: ({ price }: { readonly price: number }) => `$${price}`,
    },
  },
};

export const shop = (): GraphInProcess => graphInProcess({ products: PRODUCTS, stock: STOCK });

export const representationsOf = (graph: GraphInProcess, subgraph: string): readonly unknown[] =>
  (graph.received[subgraph] ?? []).map(({ variables }) => variables?.['representations']);

export function pathsOf({ errors }: Awaited<ReturnType<GraphInProcess['ask']>>): readonly string[] {
  return errors.map(({ path }) => (path ?? []).join('.'));
}
