/** What is told of an entity when conditions leave out fields that require others. */
import { describe, expect, it } from '@jest/globals';
import { graphInProcess } from '../testing/graph-in-process.ts';
import { representationsOf } from '../testing/shop-in-process.ts';

const ALL = { name: 'n', info: { size: 3, note: 'x' } };

describe('what fields require', () => {
  it.each([
    ['query ($is: Boolean = false) { thing { size requiring @include(if: $is) } }', { size: 5 }, {}],
    [
      'query ($is: Boolean = true) { thing { size requiring @include(if: $is) } }',
      { size: 5, requiring: 'n 3 x' },
      ALL,
    ],
    ['query ($is: Boolean = true) { thing { ... @skip(if: $is) { requiring } size } }', { size: 5 }, {}],
    ['query ($is: Boolean = true) { thing { requiring @skip(if: $is) lesser } }', { lesser: 3 }, { info: { size: 3 } }],
    [
      'query ($is: Boolean = true, $no: Boolean = false) { thing { requiring @include(if: $is) @skip(if: $no) } }',
      { requiring: 'n 3 x' },
      ALL,
    ],
  ])('is told when they are asked for, and is in nobody’s way otherwise: %s', async (query, thing, told) => {
    const graph = graphInProcess({
      a: {
        sdl: 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! name: String info: Info } type Info @shareable { size: Int note: String }',
        resolvers: { Query: { thing: () => ({ id: '1', name: 'n', info: { size: 3, note: 'x' } }) } },
      },
      b: {
        sdl: `
          type Thing @key(fields: "id") {
            id: ID! name: String @external info: Info @external size: Int
            lesser: Int @requires(fields: "info { size }") requiring: String @requires(fields: "name info { size note }")
          }
          type Info @shareable { size: Int note: String }`,
        resolvers: {
          Thing: {
            __resolveReference: (told: object) => told,
            size: () => 5,
            lesser: ({ info }: { info: { size: number } }) => info.size,
            requiring: ({ name, info }: { name: string; info: { size: number; note: string } }) =>
              `${name} ${info.size} ${info.note}`,
          },
        },
      },
    });
    expect(await graph.ask(query)).toEqual({ data: { thing }, errors: [] });
    expect(representationsOf(graph, 'b')).toEqual([[{ __typename: 'Thing', id: '1', ...told }]]);
  });

  it('is told as far as it is a key, in any case', async () => {
    const graph = graphInProcess({
      a: {
        sdl: `
          type Query { thing: Thing }
          type Thing @key(fields: "code { part }") { code: Code! } type Code { part: ID! @shareable serial: Int }`,
        resolvers: { Query: { thing: () => ({ code: { part: 'p', serial: 3 } }) } },
      },
      b: {
        sdl: `
          type Thing @key(fields: "code { part }") {
            code: Code! size: Int serial: String @requires(fields: "code { serial }")
          }
          type Code { part: ID! @shareable serial: Int @external }`,
        resolvers: {
          Thing: {
            __resolveReference: (told: object) => told,
            size: () => 5,
          },
        },
      },
    });
    const query = 'query ($is: Boolean = false) { thing { size serial @include(if: $is) } }';
    expect(await graph.ask(query)).toEqual({ data: { thing: { size: 5 } }, errors: [] });
  });
});
