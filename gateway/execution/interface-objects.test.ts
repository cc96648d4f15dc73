/** `@interfaceObject`: a subgraph to which an interface is an object type, beside one that knows which types there are. */
import { describe, expect, it } from '@jest/globals';
import { type GraphInProcess, graphInProcess } from '../testing/graph-in-process.ts';
import { pathsOf, representationsOf } from '../testing/shop-in-process.ts';

const book = ({ id }: { readonly id: string }) => ({ __typename: 'Book', id, pages: 100 });

/** Knows the types, and is asked for nothing but entities. */
const BOOKS = {
  sdl: `
    type Query { one: Int }
    interface Media @key(fields: "id") { id: ID! }
    type Book implements Media @key(fields: "id") { id: ID! pages: Int }
    type Film implements Media @key(fields: "id") { id: ID! minutes: Int }`,
  resolvers: { Media: { __resolveReference: book }, Book: { __resolveReference: book } },
};

describe('an interface that is an object to some', () => {
  it('an object stays of its type when a subgraph knows but the interface', async () => {
    const graph = graphInProcess({
      a: {
        sdl: `
          type Query { media: [Media] }
          interface Media @key(fields: "id") { id: ID! }
          type Book implements Media @key(fields: "id") { id: ID! pages: Int }
          type Film implements Media @key(fields: "id") { id: ID! minutes: Int }`,
        resolvers: {
          Query: {
            media: () => [
              { __typename: 'Book', id: '1', pages: 100 },
              { __typename: 'Film', id: '2', minutes: 90 },
            ],
          },
        },
      },
      b: {
        sdl: 'type Media @interfaceObject @key(fields: "id") @key(fields: "code") { id: ID! code: ID! }',
        resolvers: { Media: { __resolveReference: ({ id }: { readonly id: string }) => ({ id, code: `c${id}` }) } },
      },
      c: {
        sdl: 'type Media @interfaceObject @key(fields: "code") { code: ID! stars: Int }',
        resolvers: {
          Media: {
            __resolveReference: ({ code }: { readonly code: string }) => ({ code, stars: Number(code.slice(1)) }),
          },
        },
      },
    });
    const { data, errors } = await graph.ask(
      '{ media { __typename stars ... on Book { pages } ... on Film { minutes } } }',
    );
    expect(errors).toEqual([]);
    expect(representationsOf(graph, 'c')).toEqual([['1', '2'].map((id) => ({ __typename: 'Media', code: `c${id}` }))]);
    expect(data).toEqual({
      media: [
        { __typename: 'Book', stars: 1, pages: 100 },
        { __typename: 'Film', stars: 2, minutes: 90 },
      ],
    });
  });

  it('an object stays of its type when it is asked once more where only the interface is known', async () => {
    const graph = graphInProcess({
      a: BOOKS,
      b: {
        sdl: 'type Query { media: Media } type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int }',
        resolvers: {
          Query: { media: () => ({ id: '1' }) },
          Media: { __resolveReference: ({ id }: { readonly id: string }) => ({ id, stars: 5 }) },
        },
      },
    });
    const query = '{ media { id ... on Book { __typename stars pages } ... on Film { stars } } }';
    expect(await graph.ask(query)).toEqual({
      data: { media: { id: '1', __typename: 'Book', stars: 5, pages: 100 } },
      errors: [],
    });
    expect(graph.received['b']?.at(-1)?.query).toContain('__typename stars');
  });

  it('a list of lists has what each of two fetches brings', async () => {
    const graph = graphInProcess({
      a: BOOKS,
      b: {
        sdl: 'type Query { media: Media } type Media @interfaceObject @key(fields: "id") { id: ID! }',
        resolvers: { Query: { media: () => ({ id: '1' }) }, Media: { __resolveReference: book } },
      },
      c: {
        sdl: 'type Media @interfaceObject @key(fields: "id") { id: ID! shelves: [[Shelf!]] } type Shelf { row: Int place: Int }',
        resolvers: {
          Media: { __resolveReference: ({ id }: { id: string }) => ({ id, shelves: [[{ row: 1, place: 2 }]] }) },
        },
      },
    });
    const query =
      'query ($yes: Boolean = true) { media { ... on Book @include(if: $yes) { __typename shelves { row } } shelves { place } } }';
    expect(await graph.ask(query)).toEqual({
      data: { media: { __typename: 'Book', shelves: [[{ row: 1, place: 2 }]] } },
      errors: [],
    });
    expect(graph.received['c']).toHaveLength(2);
  });

  it('what nobody can be asked for is not null without an error', async () => {
    const graph = nodes();
    expect(await graph.ask('{ b { id field } }')).toEqual({ data: { b: { id: 'n1', field: 'foo' } }, errors: [] });
    const { data, ...answer } = await graph.ask('{ a { field } }');
    expect(data).toEqual({ a: null });
    expect(pathsOf({ data, ...answer })).toEqual(['a']);
  });

  it.each([
    '{ b { __typename id } two }',
    '{ b { type: __typename } b { id: field } two }',
    'query ($no: Boolean = false) { b { id ... on Node { __typename @skip(if: $no) } } two }',
  ])('an object of an interface that no type implements has no type: %s', async (query) => {
    const answer = await nodes().ask(query);
    expect(answer.data).toEqual({ b: null, two: 2 });
    expect(pathsOf(answer)).toEqual([query.includes('type:') ? 'b.type' : 'b.__typename']);
  });
});

/** Nodes of which one subgraph knows the interface and another one an object, and nobody a type. */
function nodes(): GraphInProcess {
  return graphInProcess({
    a: { sdl: 'type Query { a: Node } interface Node @key(fields: "id") { id: ID! }', resolvers: {} },
    b: {
      sdl: 'type Query { b: Node two: Int } type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! field: String }',
      resolvers: { Query: { b: () => ({ id: 'n1', field: 'foo' }), two: () => 2 } },
    },
  });
}
