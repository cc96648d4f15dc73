/** What the parts of a compiled plan do when it is carried out. */
import type { GraphQLError } from 'graphql';
import type { BooleanVariables } from '../authorization/conditions.ts';
import type { Data } from './data.ts';
import type { LoadEntities } from './entity-loads.ts';
import type { AnswerReader } from './read-answer.ts';
import type { FetchFrom } from './subgraph-fetch.ts';

/** One execution of a plan. */
export interface Run {
  /** Everything that has come so far. */
  readonly root: Data;
  /** Whether no text of it needs an escape in JSON. */
  isPlain: boolean;
  /** Errors of fetches, with their paths in the data. */
  readonly errors: GraphQLError[];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly booleans: BooleanVariables;
  /** Whether nothing changes while it is carried out, as far as it can be told. */
  readonly isQuery: boolean;
  /** By their labels, the parts that the plan leaves for later, once it is carried out so far; undefined: nothing. */
  later: ReadonlyMap<string, Step> | undefined;
  readonly fetchFrom: FetchFrom;
  readonly loadEntities: LoadEntities;
  /** The same reader, when what it leaves as it is will be written as it is; undefined: all is parsed. */
  readonly readerFor: (reader: AnswerReader | undefined) => AnswerReader | undefined;
}

/** Never throws: what goes wrong is in the run's errors. */
export type Step = (run: Run) => Promise<void>;
