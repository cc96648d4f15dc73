/** Where gateways are known to answer wrongly, each by its name. */
import { describe, expect, it } from '@jest/globals';
import { graphInProcess } from '../testing/graph-in-process.ts';
import { PRICES, PRODUCTS, pathsOf, type Reference, shop, type Told } from '../testing/shop-in-process.ts';

function costOf({ base = 0 }: { readonly base?: number }, { currency }: { readonly currency: string }): number {
  return base + (PRICES[currency] ?? 0);
}

function typed(typename: string) {
  return { __typename: typename };
}

const A = { id: '1', pId: 'p1', compositeId: { one: '1', two: '2', three: '3' }, name: 'a.1' };

describe('where others are wrong', () => {
  it('a key is not taken from a field that an alias puts in its place', async () => {
    const graph = shop();
    const { data, errors } = await graph.ask('{ top { upc: name price: id inStock } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({
      top: [
        { upc: 'name 0', price: 0, inStock: 0 },
        { upc: 'name 1', price: 0, inStock: 1 },
      ],
    });
  });

  it('a field that is required with arguments is not the one that the client asks for with others', async () => {
    const { data, errors } = await shop().ask(
      '{ top(first: 1) { dollars price(currency: "GBP") also: price(currency: "EUR") } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ top: [{ dollars: '$100', price: 300, also: 200 }] });
  });

  it('fields that require one field with different arguments are each told their own', async () => {
    const conflicting = {
      sdl: `
        type Product @key(fields: "upc") {
          upc: ID! price(currency: String!): Int @external size: Size @external
          parts(first: Int): [Part!] @external
          dollars: String @requires(fields: "price(currency: \\"USD\\")")
          euros: String @requires(fields: "price(currency: \\"EUR\\") size")
          noPrice: String
          onePart: String @requires(fields: "parts(first: 1) { name }")
          twoParts: String @requires(fields: "parts(first: 2) { name }")
        }
        type Part @key(fields: "id") { id: ID! name: String @external }
        enum Size { SMALL LARGE HIDDEN @inaccessible }`,
      resolvers: {
        Product: {
          __resolveReference: (reference: Reference) => reference,
          dollars: ({ price }: Told) => `$${price}`,
          euros: ({ price, size }: Told) => `€${price} ${size}`,
          noPrice: () => 'free',
          onePart: ({ parts }: Told) => parts?.map(({ name }) => name).join(' '),
          twoParts: ({ parts }: Told) => parts?.map(({ name }) => name).join(' '),
        },
      },
    };
    const products = {
      sdl: `${PRODUCTS.sdl.replace('size: Size }', 'size: Size parts(first: Int): [Part!] }')} type Part @key(fields: "id") { id: ID! }`,
      resolvers: {
        ...PRODUCTS.resolvers,
        Product: {
          ...PRODUCTS.resolvers.Product,
          parts: (_: unknown, { first }: { readonly first: number }) => [{ id: 'a' }, { id: 'b' }].slice(0, first),
        },
      },
    };
    const names = {
      sdl: 'type Part @key(fields: "id") { id: ID! name: String }',
      resolvers: { Part: { name: ({ id }: { readonly id: string }) => `part ${id}` } },
    };
    const graph = graphInProcess({ products, stock: conflicting, names });
    const { data, errors } = await graph.ask(
      'query ($no: Boolean!) { top(first: 1) { dollars ...Euros price(currency: "GBP") onePart twoParts noPrice } } fragment Euros on Product { euros inUsd: price(currency: "USD") @skip(if: $no) }',
      { no: false },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      top: [
        {
          dollars: '$100',
          euros: '€200 SMALL',
          inUsd: 100,
          price: 300,
          onePart: 'part a',
          twoParts: 'part a part b',
          noPrice: 'free',
        },
      ],
    });
  });

  it('and so are those that require it deeper, twice, or behind an interface', async () => {
    const graph = graphInProcess({
      products: {
        sdl: `
          type Query { top: Product }
          type Product @key(fields: "upc") { upc: ID! info: Info other: Info media: [Media!] }
          type Info { price(currency: String!): Int parts(first: Int): [Part!] }
          interface Media { cost(currency: String!): Int }
          type Book implements Media { cost(currency: String!): Int }
          type Film implements Media { cost(currency: String!): Int }
          type Part @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: {
            top: () => ({ upc: '1', info: { base: 1 }, other: { base: 2 }, media: ['Book', 'Film'].map(typed) }),
          },
          Info: { price: costOf, parts: (_, { first }) => [{ id: 'a' }, { id: 'b' }].slice(0, first) },
          Book: { cost: costOf },
          Film: { cost: costOf },
        },
      },
      names: {
        sdl: 'type Part @key(fields: "id") { id: ID! name: String }',
        resolvers: { Part: { name: ({ id }: { readonly id: string }) => `part ${id}` } },
      },
      stock: {
        sdl: `
          type Product @key(fields: "upc") {
            upc: ID! info: Info @external other: Info @external media: [Media!] @external
            dollars: String @requires(fields: "info { price(currency: \\"USD\\") }")
            euros: String @requires(fields: "info { price(currency: \\"EUR\\") parts(first: 1) { name } }")
            parts: String @requires(fields: "info { parts { name } }")
            both: String @requires(fields: "info { price(currency: \\"USD\\") } other { price(currency: \\"EUR\\") }")
            medium: String @requires(fields: "media { cost(currency: \\"USD\\") }")
            mixed: String @requires(fields: "media { ... on Book { cost(currency: \\"EUR\\") } ... on Film { cost(currency: \\"USD\\") } }")
            free: String
          }
          type Info { price(currency: String!): Int @external parts(first: Int): [Part!] @external }
          interface Media { cost(currency: String!): Int }
          type Book implements Media { cost(currency: String!): Int @external }
          type Film implements Media { cost(currency: String!): Int @external }
          type Part @key(fields: "id") { id: ID! name: String @external }`,
        resolvers: {
          Product: Object.fromEntries(
            ['dollars', 'euros', 'parts', 'both', 'medium', 'mixed', 'free'].map((field) => [
              field,
              ({ info, other, media }: Readonly<Record<string, unknown>>) => JSON.stringify({ info, other, media }),
            ]),
          ),
        },
      },
    });
    const { data, errors } = await graph.ask(
      '{ top { dollars euros parts both medium mixed free info { price(currency: "GBP") parts { id } } media { cost(currency: "GBP") } } }',
    );
    expect(errors).toEqual([]);
    const { top } = data as { readonly top: Readonly<Record<string, unknown>> };
    const told = Object.fromEntries(
      Object.entries(top).map(([field, text]) => [field, typeof text === 'string' ? JSON.parse(text) : text]),
    );
    expect(told).toEqual({
      dollars: { info: { price: 101 } },
      euros: { info: { price: 201, parts: [{ name: 'part a' }] } },
      parts: { info: { parts: [{ name: 'part a' }, { name: 'part b' }] } },
      both: { info: { price: 101 }, other: { price: 202 } },
      medium: { media: [{ cost: 100 }, { cost: 100 }] },
      mixed: { media: [{ cost: 200 }, { cost: 100 }] },
      free: expect.anything(),
      info: { price: 301, parts: [{ id: 'a' }, { id: 'b' }] },
      media: [{ cost: 300 }, { cost: 300 }],
    });
  });

  it('an error below such a field is told under the name that the client gave it', async () => {
    const graph = shop();
    graph.change['products'] = (answer) => {
      const [key = ''] = Object.keys((answer.data?.['top'] as object[] | undefined)?.[0] ?? {}).filter((name) =>
        name.startsWith('upc_'),
      );
      return { ...answer, errors: [{ message: 'no', path: ['top', 0, key] }] as never };
    };
    expect(pathsOf(await graph.ask('{ top { upc: name inStock } }'))).toEqual(['top.0.upc']);
  });

  it('an object of which conditions leave nothing is still told of', async () => {
    const query = 'query ($no: Boolean!) { top @skip(if: $no) { ... on Product { name @include(if: $no) } } }';
    const { data, errors } = await shop().ask(query, { no: false });
    expect(errors).toEqual([]);
    expect(data).toEqual({ top: [{}, {}] });
  });

  it('a value that is nothing by itself keeps its name when the planner gives it another', async () => {
    const graph = graphInProcess({
      one: {
        sdl: 'type Query { some: [Some] } union Some = A | B type A @shareable { x: Int! } type B @shareable { x: Int }',
        resolvers: {
          Query: {
            some: () => [
              { __typename: 'A', x: 0 },
              { __typename: 'B', x: 0 },
              { __typename: 'B', x: null },
            ],
          },
        },
      },
      two: { sdl: 'type Query { two: A } type A @shareable { x: Int } type B @shareable { x: Int }', resolvers: {} },
    });
    const { data, errors } = await graph.ask('{ some { ... on A { x } ... on B { x } } }');
    expect(errors).toEqual([]);
    expect(graph.received['one']?.[0]?.query).toContain('__alias_0');
    expect(data).toEqual({ some: [{ x: 0 }, { x: 0 }, { x: null }] });
    graph.change['one'] = (answer) => ({
      ...answer,
      errors: [{ message: 'no', path: ['some', 2, 'x__alias_0'] }] as never,
    });
    expect(pathsOf(await graph.ask('{ some { ... on A { x } ... on B { x } } }'))).toEqual(['some.2.x']);
  });

  it('fields of one name are one field, also when their conditions differ', async () => {
    const graph = graphInProcess({
      one: { sdl: 'type Query { thing: Thing list: [Int!]! } type Thing { a: Int b: Int! }', resolvers: {} },
    });
    graph.change['one'] = () => ({ data: { thing: { a: 1, b: null }, list: [null] } });
    const query = 'query ($yes: Boolean = true) { thing @include(if: $yes) { a } list thing { b } }';
    const answer = await graph.ask(query);
    expect(answer.data).toBeNull();
    expect(pathsOf(answer)).toEqual(['thing.b', 'list.0']);
  });

  it('names that objects have by themselves are names like any', async () => {
    const { data } = await shop().ask(
      '{ constructor: top { toString: name valueOf: price(currency: "USD") } hasOwnProperty: any { __typename } }',
    );
    expect(data).toEqual({
      constructor: [
        { toString: 'name 0', valueOf: 100 },
        { toString: 'name 1', valueOf: 101 },
      ],
      hasOwnProperty: null,
    });
  });

  it('an entity is not identified by a key by which it cannot be asked for', async () => {
    const graph = graphInProcess({
      b: {
        sdl: `
          type Query { b: B }
          type B @key(fields: "id") { id: ID! a: [A!]! }
          type A @key(fields: "compositeId { one two }", resolvable: false) @key(fields: "id compositeId { two three }")
                 @key(fields: "pId", resolvable: false) @key(fields: "id", resolvable: false) {
            id: ID! pId: ID! compositeId: CompositeId! name: String! @external nameInB: String! @requires(fields: "name")
          }
          type CompositeId @shareable { one: ID! two: ID! three: ID! }`,
        resolvers: {
          Query: { b: () => ({ id: '100', a: [A] }) },
          A: {
            __resolveReference: (reference: Partial<typeof A>) =>
              reference.id === A.id && reference.compositeId?.three === '3' ? reference : null,
            nameInB: ({ name }: typeof A) => `${name} in b`,
          },
        },
      },
      a: {
        sdl: `
          type A @key(fields: "id") @key(fields: "pId", resolvable: false)
                 @key(fields: "compositeId { one two }", resolvable: false)
                 @key(fields: "id compositeId { two three }", resolvable: false) {
            id: ID! pId: ID! compositeId: CompositeId! name: String!
          }
          type CompositeId @shareable { one: ID! two: ID! three: ID! }`,
        resolvers: { A: { __resolveReference: ({ id }: typeof A) => (id === A.id ? A : null) } },
      },
    });
    const { data, errors } = await graph.ask('{ b { id a { id name nameInB } } }');
    expect(errors).toEqual([]);
    expect(data).toEqual({ b: { id: '100', a: [{ id: '1', name: 'a.1', nameInB: 'a.1 in b' }] } });
  });
});
