/**
 * The entities that one execution asks subgraphs for. What several fetches of its plan ask of the same subgraph in the same
 * words is asked once: together where they ask at the same time, and not again where another one has asked before.
 */
import DataLoader from 'dataloader';
import { copyOf, type Data, isData, isList } from './data.ts';
import type { AnswerReader } from './read-answer.ts';
import type { Fetched, FetchFrom } from './subgraph-fetch.ts';

type Failed = Extract<Fetched, { readonly kind: 'failed' }>;
type Answered = Extract<Fetched, { readonly kind: 'answered' }>;
/** Its path is below the entity. */
export type EntityError = Answered['errors'][number];

export type LoadedEntity = Failed | Entity;

export interface EntityQuestion {
  readonly subgraph: string;
  /** @param representations written as JSON, joined by commas */
  readonly writeBody: (representations: string) => string;
  readonly reader: AnswerReader | undefined;
  /** Whether what others have asked in the same words serves as well. */
  readonly isShared: boolean;
}

/** @param representations each once, as JSON. Never throws. */
export type LoadEntities = (
  question: EntityQuestion,
  representations: readonly string[],
) => Promise<readonly (LoadedEntity | Error)[]>;

/** Subgraphs of ours refuse more than this. */
const GREATEST_BATCH = 1_000;

export function createEntityLoads(fetchFrom: FetchFrom): LoadEntities {
  const loaders = new Map<string, DataLoader<string, LoadedEntity>>();
  return (question, representations) => {
    if (!question.isShared) return createLoader(question, fetchFrom).loadMany(representations);
    const words = `${question.subgraph} ${question.writeBody('')}`;
    const loader = loaders.get(words) ?? createLoader(question, fetchFrom);
    loaders.set(words, loader);
    return loader.loadMany(representations);
  };
}

function createLoader(
  { subgraph, writeBody, reader }: EntityQuestion,
  fetchFrom: FetchFrom,
): DataLoader<string, LoadedEntity> {
  return new DataLoader(
    async (representations): Promise<readonly LoadedEntity[]> => {
      const body = writeBody(representations.join(','));
      const fetched = await fetchFrom({ subgraph, body, entities: representations.length, reader });
      return fetched.kind === 'failed' ? representations.map(() => fetched) : divide(fetched, representations.length);
    },
    { maxBatchSize: GREATEST_BATCH },
  );
}

/** One for each entity: an error of none in particular is one of all. */
function divide({ data, errors, isPlain }: Answered, count: number): readonly Entity[] {
  const own = new Map<unknown, EntityError[]>();
  const common: EntityError[] = [];
  for (const error of errors) {
    const [root, index, ...path] = error.path ?? [];
    const isOfOne = root === '_entities' && typeof index === 'number' && index < count;
    if (!isOfOne) common.push({ ...error, path: [] });
    else own.set(index, [...(own.get(index) ?? []), { ...error, path }]);
  }
  const listed = data?.['_entities'];
  const entities = isList(listed) ? listed : [];
  return Array.from({ length: count }, (_, index) => {
    const entity = entities[index];
    const ofOne = own.get(index);
    return new Entity(isData(entity) ? entity : undefined, ofOne ? [...ofOne, ...common] : common, isPlain);
  });
}

export class Entity {
  readonly kind = 'entity';
  readonly errors: readonly EntityError[];
  /** Whether no text of it needs an escape in JSON. */
  readonly isPlain: boolean;
  readonly #data: Data | undefined;
  #isTaken = false;

  constructor(data: Data | undefined, errors: readonly EntityError[], isPlain: boolean) {
    this.#data = data;
    this.errors = errors;
    this.isPlain = isPlain;
  }

  /** What came of it; undefined: there is no such entity. Whoever takes it may change it. */
  take(): Data | undefined {
    const data = this.#data;
    if (!this.#isTaken || !data) {
      this.#isTaken = true;
      return data;
    }
    return copyOf(data);
  }
}
