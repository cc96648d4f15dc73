/** What the gateway's execution does that no comparison shows: how often it asks, and what becomes of odd answers. */
import { describe, expect, it } from '@jest/globals';
import { graphInProcess } from '../testing/graph-in-process.ts';
import { PRODUCTS, pathsOf, product, representationsOf, STOCK, shop } from '../testing/shop-in-process.ts';

describe('a fetch of entities', () => {
  it('names each entity once, and what comes stands at each of its places', async () => {
    const graph = shop();
    const { data, errors } = await graph.ask('{ top(first: 300) { upc inStock } }');
    expect(errors).toEqual([]);
    expect(representationsOf(graph, 'stock')).toEqual([['0', '1', '2'].map((upc) => ({ __typename: 'Product', upc }))]);
    expect(data).toEqual({
      top: Array.from({ length: 300 }, (_, index) => ({ upc: String(index % 3), inStock: index % 3 })),
    });
  });

  it('asks for no more than a thousand at once, and one batch that fails costs its own entities', async () => {
    const many = { ...PRODUCTS, resolvers: { ...PRODUCTS.resolvers, Query: { top: () => manyProducts(2_500) } } };
    const graph = graphInProcess({ products: many, stock: STOCK });
    graph.change['stock'] = (answer) => {
      const entities: unknown = answer.data?.['_entities'];
      return Array.isArray(entities) && entities.length === 500 ? { data: null, errors: [] } : answer;
    };
    const { data, errors } = await graph.ask('{ top { upc dollars } }');
    expect(representationsOf(graph, 'stock').map((some) => (some as unknown[]).length)).toEqual([1_000, 1_000, 500]);
    const { top } = data as { readonly top: readonly { readonly dollars: string | null }[] };
    expect(top.map(({ dollars }) => dollars !== null)).toEqual(manyProducts(2_500).map((_, index) => index < 2_000));
    expect(errors).toEqual([]);
  });

  it('that nobody is left to ask for is not made', async () => {
    const graph = shop();
    await graph.ask('{ top(first: 0) { inStock } }');
    expect(graph.received['stock']).toEqual([]);
  });

  it('tells an error of one entity at each of its places, and one of none at all of them', async () => {
    const graph = shop();
    const refused = (path?: readonly (string | number)[]) => () => ({
      data: { _entities: [null, null] },
      errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' }, ...(path && { path }) }] as never,
    });
    const twice = {
      ...PRODUCTS,
      resolvers: { ...PRODUCTS.resolvers, Query: { top: () => ['0', '1', '0'].map(product) } },
    };
    const other = graphInProcess({ products: twice, stock: STOCK });
    other.change['stock'] = refused(['_entities', 0, 'dollars']);
    expect(pathsOf(await other.ask('{ top { dollars } }'))).toEqual(['top.0.dollars', 'top.2.dollars']);
    other.change['stock'] = refused();
    expect(pathsOf(await other.ask('{ top { dollars } }'))).toEqual(['top.0', 'top.2', 'top.1']);
    expect(graph.received['stock']).toEqual([]);
  });

  it('tells an error where it is, also when others at that path could not be asked for', async () => {
    const graph = graphInProcess({
      products: {
        sdl: 'type Query { things: [Thing] } union Thing = Other | Product type Other { name: String } type Product @key(fields: "upc") { upc: ID! }',
        resolvers: {
          Query: { things: () => [{ __typename: 'Other' }, { __typename: 'Product', upc: 'x' }] },
        },
      },
      stock: {
        sdl: 'type Product @key(fields: "upc") { upc: ID! inStock: Int }',
        resolvers: {
          Product: {
            inStock: () => {
              throw new Error('no');
            },
          },
        },
      },
    });
    expect(pathsOf(await graph.ask('{ things { ... on Product { inStock } } }'))).toEqual(['things.1.inStock']);
  });
});

function manyProducts(count: number) {
  return Array.from({ length: count }, (_, index) => product(String(index)));
}

describe('objects of which several subgraphs know a part', () => {
  it('are put together, at each level', async () => {
    const graph = graphInProcess({
      one: {
        sdl: `
          type Query { box: Box }
          type Box @key(fields: "id") { id: ID! size: Size @shareable parts: [Size!] @shareable }
          type Size { width: Int }`,
        resolvers: { Query: { box: () => ({ id: '1', size: { width: 1 }, parts: [{ width: 2 }, { width: 3 }] }) } },
      },
      two: {
        sdl: `
          type Box @key(fields: "id") { id: ID! size: Size @shareable parts: [Size!] @shareable }
          type Size { height: Int }`,
        resolvers: { Box: { size: () => ({ height: 10 }), parts: () => [{ height: 20 }, { height: 30 }] } },
      },
    });
    expect(await graph.ask('{ box { size { width height } parts { width height } } }')).toEqual({
      data: {
        box: {
          size: { width: 1, height: 10 },
          parts: [
            { width: 2, height: 20 },
            { width: 3, height: 30 },
          ],
        },
      },
      errors: [],
    });
  });
});

describe('fetches that do not need each other', () => {
  it('are under way at the same time', async () => {
    const graph = graphInProcess({
      one: { sdl: 'type Query { one: Int }', resolvers: { Query: { one: () => 1 } } },
      two: { sdl: 'type Query { two: Int }', resolvers: { Query: { two: () => 2 } } },
    });
    const waiting = new Set<() => void>();
    const together = async <Answer>(answer: Answer): Promise<Answer> => {
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
        if (waiting.size === 2) for (const go of waiting) go();
      });
      return answer;
    };
    graph.change['one'] = together;
    graph.change['two'] = together;
    expect((await graph.ask('{ one two }')).data).toEqual({ one: 1, two: 2 });
  });
});

describe('an answer', () => {
  const changed = async (query: string, change: (data: Record<string, unknown>) => void) => {
    const graph = shop();
    graph.change['products'] = (answer) => {
      const plain = JSON.parse(JSON.stringify(answer));
      change(plain.data);
      return plain;
    };
    return graph.ask(query);
  };

  it('has an error with a path for a null where there may be none, and null up to where there may', async () => {
    const answer = await changed('{ top { name } }', (data) => {
      data['top'] = [{ name: 'a' }, { name: null }, {}];
    });
    expect(answer.data).toEqual({ top: [{ name: 'a' }, null, null] });
    expect(pathsOf(answer)).toEqual(['top.1.name', 'top.2.name']);
  });

  it('has no errors but those that were told, when a subgraph has no data at all for its fields', async () => {
    const graph = graphInProcess({
      one: { sdl: 'type Query { one: Int also: Int }', resolvers: {} },
      two: { sdl: 'type Query { two: Int }', resolvers: { Query: { two: () => 2 } } },
    });
    graph.change['one'] = () => ({ data: null, errors: [{ message: 'no', path: ['one'] }] as never });
    const answer = await graph.ask('{ one also two }');
    expect(answer.data).toEqual({ one: null, also: null, two: 2 });
    expect(pathsOf(answer)).toEqual(['one']);
  });

  it('has data that is null when there may be no null on the way', async () => {
    const graph = graphInProcess({
      one: { sdl: 'type Query { one: [Int!]! two: Int }', resolvers: { Query: { one: () => [1], two: () => 2 } } },
    });
    graph.change['one'] = () => ({ data: { one: [1, null], two: 2 } });
    const answer = await graph.ask('{ two one }');
    expect(answer.data).toBeNull();
    expect(pathsOf(answer)).toEqual(['one.1']);
  });

  const GOOD = { name: 'a', size: 'SMALL', id: 1 };
  it.each([
    ['an object for a list', GOOD, null, ['top']],
    ['a list for an object', [[GOOD]], [null], ['top.0']],
    ['a text for an object', ['a'], [null], ['top.0']],
    ['an object for a text', [{ ...GOOD, name: {} }], [null], ['top.0.name']],
    ['a value that its enum has not', [{ ...GOOD, size: 'HUGE' }], [{ ...GOOD, size: null }], ['top.0.size']],
    ['a value that clients may not know of', [{ ...GOOD, size: 'HIDDEN' }], [{ ...GOOD, size: null }], ['top.0.size']],
    ['a number that is none', [{ ...GOOD, id: 'x' }], [{ ...GOOD, id: null }], ['top.0.id']],
    ['a number that is too large', [{ ...GOOD, id: 2 ** 31 }], [{ ...GOOD, id: null }], ['top.0.id']],
  ])('has null and an error for %s', async (_, given, expected, paths) => {
    const answer = await changed('{ top { name size id } }', (data) => {
      data['top'] = given;
    });
    expect(answer.data).toEqual({ top: expected });
    expect(pathsOf(answer)).toEqual(paths);
  });

  it('has a text for a number where a text belongs, as GraphQL servers have it', async () => {
    const answer = await changed('{ top { name } }', (data) => {
      data['top'] = [{ name: 7 }];
    });
    expect(answer).toEqual({ data: { top: [{ name: '7' }] }, errors: [] });
  });

  it.each([
    ['of a type that is not there', { node: { __typename: 'Nothing', id: 1 } }],
    ['of a type that it cannot have', { node: { __typename: 'Query', id: 1 } }],
    ['whose type is no text', { node: { __typename: 7, id: 1 } }],
  ])('has null and an error for an object %s', async (_, given) => {
    const answer = await changed('{ node { id } }', (data) => Object.assign(data, given));
    expect(answer.data).toEqual({ node: null });
    expect(pathsOf(answer)).toEqual(['node']);
  });
});
