/** What several fetches of a plan ask alike is asked once, and is nobody else's to change. */
import { describe, expect, it } from '@jest/globals';
import { type GraphInProcess, graphInProcess } from '../testing/graph-in-process.ts';

interface Reference {
  readonly id: string;
}

function houses(): GraphInProcess {
  let told = 0;
  return graphInProcess({
    houses: {
      sdl: `
        type Query { one: House two: House street: Street }
        type Mutation { paint: House whiten: House }
        type Street @key(fields: "id") { id: ID! }
        type House @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { one: () => ({ id: '1' }), two: () => ({ id: '2' }), street: () => ({ id: 's' }) },
        Mutation: { paint: () => ({ id: '1' }), whiten: () => ({ id: '1' }) },
      },
    },
    streets: {
      sdl: `
        type Street @key(fields: "id") { id: ID! houses: [House!]! }
        type House @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Street: {
          __resolveReference: ({ id }: Reference) => ({ id, houses: [{ id: '1' }, { id: '2' }, { id: '3' }] }),
        },
      },
    },
    doors: {
      sdl: `
        type House @key(fields: "id") { id: ID! color: String door: Door }
        type Door @key(fields: "id") { id: ID! }`,
      resolvers: {
        House: {
          __resolveReference: ({ id }: Reference) => ({ id }),
          color: () => `color ${++told}`,
          door: ({ id }: Reference) => ({ id: `door of ${id}` }),
        },
      },
    },
    locks: {
      sdl: 'type Door @key(fields: "id") { id: ID! lock(kind: String): String }',
      resolvers: {
        Door: {
          __resolveReference: (reference: Reference) => reference,
          lock: ({ id }: Reference, { kind }: { readonly kind: string }) => `${kind} at ${id}`,
        },
      },
    },
  });
}

const idsAskedOf = (graph: GraphInProcess, subgraph: string): readonly (readonly string[])[] =>
  (graph.received[subgraph] ?? []).map(({ variables }) =>
    ((variables?.['representations'] ?? []) as readonly Reference[]).map(({ id }) => id),
  );

describe('an entity', () => {
  it('is asked for together by those who ask at the same time', async () => {
    const graph = houses();
    const { data, errors } = await graph.ask('{ one { color } two { color } }');
    expect(idsAskedOf(graph, 'doors')).toEqual([['1', '2']]);
    expect([data, errors]).toEqual([{ one: { color: 'color 1' }, two: { color: 'color 2' } }, []]);
  });

  it('is not asked for again by whoever comes later', async () => {
    const graph = houses();
    const { data } = await graph.ask('{ one { color } two { color } street { houses { color } } }');
    expect(idsAskedOf(graph, 'doors')).toEqual([['1', '2'], ['3']]);
    const houseColors = [{ color: 'color 1' }, { color: 'color 2' }, { color: 'color 3' }];
    expect(data).toEqual({ one: houseColors[0], two: houseColors[1], street: { houses: houseColors } });
  });

  it('is asked for again after something was changed', async () => {
    const graph = houses();
    const { data } = await graph.ask('mutation { paint { color } whiten { color } }');
    expect(idsAskedOf(graph, 'doors')).toEqual([['1'], ['1']]);
    expect(data).toEqual({ paint: { color: 'color 1' }, whiten: { color: 'color 2' } });
  });

  it('keeps apart what is asked for below it at its places', async () => {
    const { data, errors } = await houses().ask(`{
      one { door { lock(kind: "bolt") } } again: one { door { lock(kind: "chain") } }
    }`);
    expect([data, errors]).toEqual([
      { one: { door: { lock: 'bolt at door of 1' } }, again: { door: { lock: 'chain at door of 1' } } },
      [],
    ]);
  });

  it('that could not be had is missed at each of its places', async () => {
    const graph = houses();
    graph.change['doors'] = () => 'nonsense';
    const { data, errors } = await graph.ask('{ one { color } again: one { color } two { color } }');
    expect(data).toEqual({ one: { color: null }, again: { color: null }, two: { color: null } });
    expect(errors.map(({ path }) => path?.join('.')).toSorted()).toEqual(['again', 'one', 'two']);
  });
});
