/**
 * Entities are asked for once each and in batches: a plan's fetch names an entity as often as it stands in the data (a
 * hundred devices of one residence name it a hundred times), and a subgraph takes so many at once.
 */
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** Subgraphs of ours refuse more than this. */
const GREATEST_BATCH = 1_000;
const MOST_ERRORS = 100;

type FetchBatch = (representations: readonly unknown[]) => Promise<SubgraphAnswer>;

/**
 * @param fetchBatch asks for some of them; its `data._entities` has one for each
 * @returns the answer in terms of all `representations`, errors too
 */
export async function fetchEntities(
  representations: readonly unknown[],
  fetchBatch: FetchBatch,
): Promise<SubgraphAnswer> {
  const { distinct, places } = groupEqual(representations);
  const batches = Array.from({ length: Math.ceil(distinct.length / GREATEST_BATCH) }, (_, index) =>
    distinct.slice(index * GREATEST_BATCH, (index + 1) * GREATEST_BATCH),
  );
  const answers = await Promise.all(batches.map(fetchBatch));
  const errors = answers.flatMap(({ errors }, batch) => errors?.map(atPlaces(places, batch * GREATEST_BATCH)) ?? []);
  return {
    data: answers.every(({ data }) => !data) ? null : { _entities: spread(answers, batches, places) },
    ...(errors.length > 0 && { errors: errors.flat().slice(0, MOST_ERRORS) }),
  };
}

interface Grouped {
  readonly distinct: readonly unknown[];
  /** For each distinct one: where it stood. */
  readonly places: readonly (readonly number[])[];
}

function groupEqual(representations: readonly unknown[]): Grouped {
  const groups = new Map<string, { readonly representation: unknown; readonly places: number[] }>();
  for (const [place, representation] of representations.entries()) {
    const key = JSON.stringify(representation);
    const group = groups.get(key) ?? { representation, places: [] };
    group.places.push(place);
    groups.set(key, group);
  }
  const found = [...groups.values()];
  return { distinct: found.map(({ representation }) => representation), places: found.map(({ places }) => places) };
}

/** The executor works on what it is given, so no two places get the same object. */
function spread(
  answers: readonly SubgraphAnswer[],
  batches: readonly (readonly unknown[])[],
  places: readonly (readonly number[])[],
): readonly unknown[] {
  const entities = answers.flatMap(({ data }, batch) => {
    const received: unknown = data?.['_entities'];
    return Array.isArray(received) ? received : (batches[batch] ?? []).map(() => null);
  });
  const all: unknown[] = [];
  for (const [index, entity] of entities.entries()) {
    for (const [copy, place] of (places[index] ?? []).entries())
      all[place] = copy === 0 ? entity : structuredClone(entity);
  }
  return all;
}

type SubgraphError = NonNullable<SubgraphAnswer['errors']>[number];

/** An error of one entity is one of each place where it stands; an error of none in particular is one of all. */
function atPlaces(places: readonly (readonly number[])[], offset: number) {
  return (error: SubgraphError): readonly SubgraphError[] => {
    const [root, index, ...rest] = error.path ?? [];
    const own = root === '_entities' && typeof index === 'number' ? places[offset + index] : undefined;
    const concerned = own ?? places.slice(offset, offset + GREATEST_BATCH).flat();
    return concerned
      .slice(0, MOST_ERRORS)
      .map((place) => ({ ...error, path: ['_entities', place, ...(own ? rest : [])] }));
  };
}
