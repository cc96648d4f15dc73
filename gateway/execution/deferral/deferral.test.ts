/** `@defer`: what comes later, where, and with which errors. */
import { describe, expect, it } from '@jest/globals';
import { parse, print, stripIgnoredCharacters } from 'graphql';
import { type GraphInProcess, graphInProcess } from '../../testing/graph-in-process.ts';
import { joinedAnswer } from '../../testing/joined-answer.ts';
import type { AnswerInParts } from '../../testing/random/own-execution.ts';
import { resolveDefers } from './resolve-defers.ts';

interface Reference {
  readonly id: string;
}

/** Houses in one subgraph, what they use in another, and where they are in a third. */
const town = (): GraphInProcess =>
  graphInProcess({
    houses: {
      sdl: `
        type Query { houses: [House!] house: House }
        type Mutation { build: House paint: House }
        type House @key(fields: "id") { id: ID! name: String! "Of no subgraph on its own" roof: Roof owner: String }
        type Roof { color: String tiles: Int! }`,
      resolvers: {
        Query: { houses: () => [house('1'), house('2')], house: () => house('1') },
        Mutation: { build: () => house('3'), paint: () => house('4') },
        House: { __resolveReference: ({ id }: Reference) => house(id) },
      },
    },
    use: {
      sdl: `
        type Query { total: Int }
        type House @key(fields: "id") { id: ID! use: Int! cost: Int place: Place }
        type Place @key(fields: "code") { code: ID! }`,
      resolvers: {
        Query: { total: () => 7 },
        House: {
          use: ({ id }: Reference) => Number(id),
          cost: ({ id }: Reference) => Number(id) * 10,
          place: ({ id }: Reference) => ({ code: `p${id}` }),
        },
      },
    },
    maps: {
      sdl: 'type Place @key(fields: "code") { code: ID! city: String }',
      resolvers: { Place: { city: ({ code }: { readonly code: string }) => `city of ${code}` } },
    },
  });

function house(id: string) {
  return { id, name: `house "${id}"`, roof: { color: 'red', tiles: 9 }, owner: `owner ${id}` };
}

function shown({ data, errors, later }: AnswerInParts) {
  return {
    data,
    errors: errors.map(({ path }) => path?.join('.')),
    later: later.map((parts) =>
      parts.map((part) => [
        `${part.path.join('.')} ${part.label ?? ''}`.trim(),
        part.data,
        ...part.errors.map(({ path }) => path?.join('.')),
      ]),
    ),
  };
}

describe('what is deferred', () => {
  it('comes later, at each place of a list', async () => {
    const answer = await town().askInParts('{ houses { name ... @defer(label: "later") { use } } }');
    expect(shown(answer)).toEqual({
      data: { houses: [{ name: 'house "1"' }, { name: 'house "2"' }] },
      errors: [],
      later: [
        [
          ['houses.0 later', { use: 1 }],
          ['houses.1 later', { use: 2 }],
        ],
      ],
    });
  });

  it('comes later within the same subgraph, with or without a fetch of its own', async () => {
    const graph = town();
    const answer = await graph.askInParts(
      '{ house { name roof { color ... @defer { tiles } } ... @defer { owner } } }',
    );
    expect(shown(answer)).toEqual({
      data: { house: { name: 'house "1"', roof: { color: 'red' } } },
      errors: [],
      later: [[['house.roof', { tiles: 9 }]], [['house', { owner: 'owner 1' }]]],
    });
    expect(graph.received['houses']).toHaveLength(2);
  });

  it('may be all of an operation, and of objects', async () => {
    expect(shown(await town().askInParts('{ ... @defer { house { ... @defer { name } } total } }'))).toEqual({
      data: {},
      errors: [],
      later: [[['', { house: {}, total: 7 }]], [['house', { name: 'house "1"' }]]],
    });
  });

  it('may have parts of its own, which are told after it', async () => {
    const query = '{ house { id ... @defer(label: "a") { use ... @defer(label: "b") { place { city } } } } }';
    expect(shown(await town().askInParts(query))).toEqual({
      data: { house: { id: '1' } },
      errors: [],
      later: [[['house a', { use: 1 }]], [['house b', { place: { city: 'city of p1' } }]]],
    });
  });

  it('may be of what a mutation gives back', async () => {
    const graph = town();
    const answer = await graph.askInParts(
      'mutation { build { id ...Use @defer } paint { id ...Use @defer } } fragment Use on House { use }',
    );
    expect(joinedAnswer(answer, answer.later.flat())).toEqual({
      data: { build: { id: '3', use: 3 }, paint: { id: '4', use: 4 } },
      errors: [],
    });
    expect(answer.later).toHaveLength(2);
  });

  it('may stand in a fragment that is spread at several places', async () => {
    const answer = await town().askInParts(
      '{ one: house { ...F } two: house { ...F } } fragment F on House { id ... @defer(label: "u") { use } }',
    );
    expect(answer.data).toEqual({ one: { id: '1' }, two: { id: '1' } });
    expect(shown(answer).later.flat()).toEqual([
      ['one u', { use: 1 }],
      ['two u', { use: 1 }],
    ]);
  });

  it.each([
    ['false', {}],
    ['$no', { no: false }],
  ])('comes at once where `if` is %s', async (condition, variables) => {
    const query = `query(${condition === '$no' ? '$no: Boolean!' : '$a: Int'}) { house { id ... @defer(if: ${condition}) { use } } }`;
    const graph = town();
    expect(shown(await graph.askInParts(query, variables))).toEqual({
      data: { house: { id: '1', use: 1 } },
      errors: [],
      later: [],
    });
  });

  it('comes at once to a client that does not accept parts', async () => {
    expect(await town().ask('{ house { ... @defer { id ... @defer { use } } } }')).toEqual({
      data: { house: { id: '1', use: 1 } },
      errors: [],
    });
  });

  it('is not asked for below a null', async () => {
    const graph = town();
    graph.change['houses'] = () => ({ data: { house: null, houses: [] } });
    const answer = await graph.askInParts('{ house { id ... @defer { use } } houses { ... @defer { use } } }');
    expect(shown(answer)).toEqual({ data: { house: null, houses: [] }, errors: [], later: [] });
    expect(graph.received['use']).toEqual([]);
  });
});

describe('what became null', () => {
  it('on its way up has nothing that comes later below it', async () => {
    const graph = town();
    graph.change['houses'] = () => ({
      data: {
        house: { id: '1', name: null, roof: { tiles: 9 } },
        houses: [{ id: '2', name: 'b', roof: { tiles: 8 } }],
      },
    });
    const answer = await graph.askInParts(
      '{ house { roof { ...T @defer } name } houses { roof { ...T @defer } } } fragment T on Roof { tiles }',
    );
    expect(shown(answer)).toEqual({
      data: { house: null, houses: [{ roof: {} }] },
      errors: ['house.name'],
      later: [[['houses.0.roof', { tiles: 8 }]]],
    });
  });

  it('as a whole has nothing more asked for', async () => {
    const graph = graphInProcess({
      one: { sdl: 'type Query { one: Int! }', resolvers: { Query: { one: () => 1 } } },
      two: { sdl: 'type Query { two: Int }', resolvers: { Query: { two: () => 2 } } },
    });
    const query = '{ one ... @defer { two } }';
    expect((await graph.askInParts(query)).later).toHaveLength(1);
    graph.change['one'] = () => ({ data: { one: null } });
    expect(shown(await graph.askInParts(query))).toEqual({ data: null, errors: ['one'], later: [] });
    expect(graph.received['two']).toHaveLength(1);
  });
});

describe('an operation', () => {
  it('says no type twice, for which the planner might not come to an end', () => {
    const document = parse(
      '{ house { ...F } } fragment F on House { ... { ... on House @defer { ...G } } } fragment G on House { id }',
    );
    const resolved = resolveDefers({ document, operationName: undefined, variables: {}, acceptsParts: true });
    expect(stripIgnoredCharacters(print(resolved))).toBe(
      '{house{...on House{...{...@defer(label:"1"){...G}}}}}fragment G on House{id}',
    );
  });
});

describe('an error', () => {
  const failing = (path: readonly (string | number)[], data: unknown) => () =>
    ({ data, errors: [{ message: 'no', extensions: { code: 'BAD_USER_INPUT' }, path }] }) as never;

  it('of what is deferred is told with it, and its null stays in it', async () => {
    const graph = town();
    graph.change['use'] = failing(['_entities', 1, 'use'], { _entities: [{ use: 1 }, { use: null }] });
    expect(shown(await graph.askInParts('{ houses { id ... @defer { use } } }'))).toEqual({
      data: { houses: [{ id: '1' }, { id: '2' }] },
      errors: [],
      later: [
        [
          ['houses.0', { use: 1 }],
          ['houses.1', null, 'houses.1.use'],
        ],
      ],
    });
  });

  it('of a fetch for the first answer is told with the part that has the field', async () => {
    const graph = town();
    graph.change['houses'] = failing(['house', 'roof', 'tiles'], {
      house: { id: '1', roof: { color: 'red', tiles: null } },
    });
    expect(shown(await graph.askInParts('{ house { roof { color ... @defer { tiles } } } }'))).toEqual({
      data: { house: { roof: { color: 'red' } } },
      errors: [],
      later: [[['house.roof', null, 'house.roof.tiles']]],
    });
  });

  it('that nothing else explains is told for a null where none may be', async () => {
    const graph = town();
    graph.change['use'] = () => ({ data: { _entities: [{ use: null }] } });
    expect(shown(await graph.askInParts('{ house { id ... @defer { use } } }')).later).toEqual([
      [['house', null, 'house.use']],
    ]);
  });

  it('of a subgraph that is down is told once, with the part that misses something', async () => {
    const graph = town();
    graph.change['use'] = () => 'nonsense';
    const answer = await graph.askInParts(
      '{ house { id ... @defer { cost ... @defer { place { code } } } } ... @defer { total } }',
    );
    expect(shown(answer)).toEqual({
      data: { house: { id: '1' } },
      errors: [],
      later: [
        [['', { total: null }, 'total']],
        [['house', { cost: null }, 'house']],
        [['house', { place: null }, 'house']],
      ],
    });
  });
});

describe('parts', () => {
  it('are told in the order in which they are there', async () => {
    const graph = town();
    const { promise, resolve } = Promise.withResolvers<void>();
    graph.change['use'] = async (answer) => {
      await promise;
      return answer;
    };
    graph.change['houses'] = (answer) => {
      if (graph.received['houses']?.length === 2) setTimeout(resolve, 50);
      return answer;
    };
    const answer = await graph.askInParts(
      '{ house { id ...U @defer ...O @defer } } fragment U on House { use } fragment O on House { owner }',
    );
    expect(shown(answer).later).toEqual([[['house', { owner: 'owner 1' }]], [['house', { use: 1 }]]]);
  });
});
