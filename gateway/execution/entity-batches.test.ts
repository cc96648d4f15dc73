/** Entities are asked for once each, in batches, and come back to every place where they stand. */
import { describe, expect, it } from '@jest/globals';
import { fetchEntities } from './entity-batches.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

interface Device {
  readonly __typename: 'Device';
  readonly id: number;
}

const device = (id: number): Device => ({ __typename: 'Device', id });
const named = (id: number): object => ({ name: `device ${id}`, tags: [] });
const idsOf = (some: readonly unknown[]): readonly number[] => (some as readonly Device[]).map(({ id }) => id);

describe('a fetch of entities', () => {
  it('names each once, and gives each place an object of its own', async () => {
    const asked: (readonly number[])[] = [];
    const { data, errors } = await fetchEntities([1, 2, 1, 1, 2].map(device), async (some) => {
      asked.push(idsOf(some));
      return { data: { _entities: idsOf(some).map(named) } };
    });
    expect(asked).toEqual([[1, 2]]);
    expect(data).toEqual({ _entities: [1, 2, 1, 1, 2].map(named) });
    expect(errors).toBeUndefined();
    expect(new Set(data?.['_entities'] as unknown[]).size).toBe(5);
  });

  it('asks for no more than a thousand at once', async () => {
    const ids = Array.from({ length: 2_500 }, (_, id) => id);
    const sizes: number[] = [];
    const { data } = await fetchEntities(ids.map(device), async (some) => {
      sizes.push(some.length);
      return { data: { _entities: idsOf(some).map(named) } };
    });
    expect(sizes).toEqual([1_000, 1_000, 500]);
    expect(data).toEqual({ _entities: ids.map(named) });
  });

  it('tells an error of one entity at each place where it stands', async () => {
    const { errors } = await fetchEntities([1, 2, 1].map(device), async () => ({
      data: { _entities: [null, null] },
      errors: [{ message: 'gone', path: ['_entities', 0, 'name'] }],
    }));
    expect(errors?.map(({ path }) => path)).toEqual([
      ['_entities', 0, 'name'],
      ['_entities', 2, 'name'],
    ]);
  });

  it.each([[undefined], [['_entities']]])('tells an error at %p at every place', async (path) => {
    const failed: SubgraphAnswer = { data: null, errors: [{ message: 'no', ...(path && { path }) }] };
    const { data, errors } = await fetchEntities([1, 2, 1].map(device), async () => failed);
    expect(data).toBeNull();
    expect(errors?.map((error) => error.path)).toEqual([0, 2, 1].map((place) => ['_entities', place]));
  });

  it('keeps the batches that came when another one has no data', async () => {
    const ids = Array.from({ length: 1_001 }, (_, id) => id);
    const { data, errors } = await fetchEntities(ids.map(device), async (some) =>
      some.length === 1 ? { data: null, errors: [{ message: 'no' }] } : { data: { _entities: idsOf(some).map(named) } },
    );
    expect(data).toEqual({ _entities: [...ids.slice(0, 1_000).map(named), null] });
    expect(errors?.map(({ path }) => path)).toEqual([['_entities', 1_000]]);
  });
});
