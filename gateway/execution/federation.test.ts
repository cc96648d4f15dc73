/** Directives of the federation specification, carried out: each subgraph is asked for what it has to be asked for, no more. */
import { describe, expect, it } from '@jest/globals';
import { graphInProcess } from '../testing/graph-in-process.ts';

const queriesTo = (graph: ReturnType<typeof graphInProcess>, subgraph: string): readonly string[] =>
  (graph.received[subgraph] ?? []).map(({ query }) => query);

describe('@provides', () => {
  it('spares a fetch, there alone where it is provided', async () => {
    const graph = graphInProcess({
      products: {
        sdl: 'type Query { all: [Product!] } type Product @key(fields: "id") { id: ID! name: String @shareable }',
        resolvers: {
          Query: { all: () => [{ id: '1', name: 'lamp' }] },
          Product: { __resolveReference: ({ id }: { readonly id: string }) => ({ id, name: 'lamp' }) },
        },
      },
      reviews: {
        sdl: `
          type Query { best: Review @provides(fields: "product { name }") worst: Review }
          type Review { product: Product }
          type Product @key(fields: "id") { id: ID! name: String @external }`,
        resolvers: {
          Query: { best: () => ({ product: { id: '1', name: 'LAMP' } }), worst: () => ({ product: { id: '1' } }) },
        },
      },
    });
    expect(await graph.ask('{ best { product { name } } }')).toEqual({
      data: { best: { product: { name: 'LAMP' } } },
      errors: [],
    });
    expect(queriesTo(graph, 'products')).toEqual([]);
    expect((await graph.ask('{ worst { product { name } } }')).data).toEqual({ worst: { product: { name: 'lamp' } } });
  });
});

describe('@override', () => {
  it('leaves the old subgraph unasked for what it moved', async () => {
    const graph = graphInProcess({
      old: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! name: String }',
        resolvers: { Query: { thing: () => ({ id: '1', name: 'old' }) } },
      },
      new: {
        sdl: 'type Thing @key(fields: "id") { id: ID! name: String @override(from: "old") }',
        resolvers: { Thing: { name: () => 'new' } },
      },
    });
    expect(await graph.ask('{ thing { id name } }')).toEqual({ data: { thing: { id: '1', name: 'new' } }, errors: [] });
    expect(queriesTo(graph, 'old')).toEqual(['{thing{__typename id}}']);
  });
});

describe('fields of the root that several subgraphs share', () => {
  it('are asked of one of them, or of each for what it alone knows', async () => {
    const graph = graphInProcess({
      a: {
        sdl: 'type Query { count: Int @shareable me: Me @shareable } type Me { name: String }',
        resolvers: { Query: { count: () => 1, me: () => ({ name: 'a' }) } },
      },
      b: {
        sdl: 'type Query { count: Int @shareable me: Me @shareable } type Me { age: Int }',
        resolvers: { Query: { count: () => 1, me: () => ({ age: 40 }) } },
      },
    });
    expect((await graph.ask('{ count }')).data).toEqual({ count: 1 });
    expect(queriesTo(graph, 'a').length + queriesTo(graph, 'b').length).toBe(1);
    expect((await graph.ask('{ me { name age } }')).data).toEqual({ me: { name: 'a', age: 40 } });
  });
});

describe('what subgraphs know differently', () => {
  const graph = () =>
    graphInProcess({
      a: {
        sdl: `
          type Query { find(by: By, size: Size = SMALL): String a: State }
          input By { text: String limit: Int = 5 onlyA: Int }
          enum Size { SMALL LARGE ONLY_A }
          enum State { ON ONLY_A }`,
        resolvers: { Query: { find: (_: unknown, given: unknown) => JSON.stringify(given), a: () => 'ONLY_A' } },
      },
      b: {
        sdl: `
          type Query { b(by: By, size: Size): String state: State }
          input By { text: String limit: Int = 5 }
          enum Size { SMALL LARGE }
          enum State { ON OFF }`,
        resolvers: { Query: { b: (_: unknown, given: unknown) => JSON.stringify(given), state: () => 'OFF' } },
      },
    });

  it('is taken as far as all do, with the defaults of each', async () => {
    const { data, errors } = await graph().ask(
      'query ($by: By, $size: Size) { find(by: $by) other: find(by: { text: "x", limit: 1 }, size: LARGE) b(by: $by, size: $size) }',
      { by: { text: 'y' }, size: 'LARGE' },
    );
    expect(errors).toEqual([]);
    const told = Object.fromEntries(
      Object.entries(data as Readonly<Record<string, string>>).map(([key, text]) => [key, JSON.parse(text)]),
    );
    expect(told).toEqual({
      find: { by: { text: 'y', limit: 5 }, size: 'SMALL' },
      other: { by: { text: 'x', limit: 1 }, size: 'LARGE' },
      b: { by: { text: 'y', limit: 5 }, size: 'LARGE' },
    });
  });

  it('is told as far as one does', async () => {
    expect(await graph().ask('{ a state }')).toEqual({ data: { a: 'ONLY_A', state: 'OFF' }, errors: [] });
  });
});

describe('mutations of several subgraphs', () => {
  it('are carried out one after the other, each with what is fetched for it, also after one that fails', async () => {
    const done: string[] = [];
    const doing = (name: string) => async () => {
      done.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push(`${name} ends`);
      if (name === 'b2') throw new Error('no');
      return { id: name };
    };
    const sdl = (name: string) =>
      `type Query { ${name}: Int } type Mutation { ${name}1: Thing ${name}2: Thing } type Thing @key(fields: "id") { id: ID! of_${name}: String }`;
    const subgraph = (name: string) => ({
      sdl: sdl(name),
      resolvers: {
        Mutation: { [`${name}1`]: doing(`${name}1`), [`${name}2`]: doing(`${name}2`) },
        Thing: { [`of_${name}`]: ({ id }: { readonly id: string }) => id },
      },
    });
    const graph = graphInProcess({ a: subgraph('a'), b: subgraph('b') });
    const { data, errors } = await graph.ask('mutation { a1 { of_b } b1 { id } b2 { id } a2 { of_a } }');
    expect(data).toEqual({ a1: { of_b: 'a1' }, b1: { id: 'b1' }, b2: null, a2: { of_a: 'a2' } });
    expect(errors.map(({ path }) => path)).toEqual([['b2']]);
    expect(done).toEqual(['a1', 'b1', 'b2', 'a2'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });
});

describe('directives that mean nothing to a gateway', () => {
  it('are composed, and change nothing', async () => {
    const graph = graphInProcess({
      a: {
        sdl: `
          extend schema @link(url: "https://example.com/owned/v1.0", import: ["@owned"]) @composeDirective(name: "@owned")
          directive @owned(by: String) on FIELD_DEFINITION
          type Query { a: Int @owned(by: "us") @tag(name: "public") hidden: Int @inaccessible }`,
        resolvers: { Query: { a: () => 1 } },
      },
    });
    expect(await graph.ask('{ a __schema { directives { name } } __type(name: "Query") { fields { name } } }')).toEqual(
      {
        data: {
          a: 1,
          __schema: { directives: expect.not.arrayContaining([{ name: 'tag' }, { name: 'inaccessible' }]) },
          __type: { fields: [{ name: 'a' }] },
        },
        errors: [],
      },
    );
  });
});
