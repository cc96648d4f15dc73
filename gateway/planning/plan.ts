/**
 * The fourth stage of a request: which subgraph is asked for what, in which order.
 *
 * Plans are kept by the very text that was planned, after pruning: two principals share a plan only when what is left of
 * their operations is the same. Those who ask for the same plan at the same time wait for one.
 */
import { hash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, print, stripIgnoredCharacters } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { PlanningTask } from './planner.ts';
import type { PlannerPool } from './planner-pool.ts';
import type { ChooseOverrides } from './progressive-override.ts';

/**
 * @param document valid, without what the principal may not see
 * @throws {GraphQLError} as `PlannerPool`
 */
export type PlanOperation = (document: DocumentNode, operationName: string | undefined) => Promise<QueryPlan>;

export interface Planning {
  readonly plan: PlanOperation;
  /** What has been asked for most lately comes first. */
  hottest(count: number): readonly PlanningTask[];
  /** Plans ahead what isn't planned yet. @throws {GraphQLError} as `PlannerPool` */
  prepare(task: PlanningTask): Promise<void>;
}

/** How a plan was come by, for the metrics. */
export type PlanOrigin = 'kept' | 'planned' | 'refused';

const MOST_BYTES = 64 * 1024 * 1024;
/** Of what is written of a plan; its objects, and what execution makes of it, are larger. */
const BYTES_PER_CHARACTER = 16;

interface Kept {
  readonly task: PlanningTask;
  readonly plan: QueryPlan;
}

/** By the names of its operations, and what is overridden for them. */
type TasksOfDocument = Map<string | undefined, PlanningTask & { readonly key: string }>;

export function createPlanning(
  planner: Pick<PlannerPool, 'plan'>,
  chooseOverrides: ChooseOverrides,
  planned: (origin: PlanOrigin) => void,
): Planning {
  const plans = new LRUCache<string, Kept>({ maxSize: MOST_BYTES, sizeCalculation: sizeOf });
  const underWay = new Map<string, Promise<QueryPlan>>();
  /** A document is written out once, as long as it is kept in its parsed form. */
  const tasks = new WeakMap<DocumentNode, TasksOfDocument>();

  const find = (key: string, task: PlanningTask): Promise<QueryPlan> | QueryPlan => {
    const known = plans.get(key);
    if (known) {
      planned('kept');
      return known.plan;
    }
    const planning = underWay.get(key) ?? begin(key, task);
    underWay.set(key, planning);
    return planning;
  };

  const begin = async (key: string, task: PlanningTask): Promise<QueryPlan> => {
    try {
      const plan = await planner.plan(task);
      plans.set(key, { task, plan });
      planned('planned');
      return plan;
    } catch (error) {
      planned('refused');
      throw error;
    } finally {
      underWay.delete(key);
    }
  };

  return {
    async plan(document, operationName) {
      const ofDocument: TasksOfDocument = tasks.get(document) ?? new Map();
      tasks.set(document, ofDocument);
      const overrides = chooseOverrides();
      const name = overrides.length === 0 ? operationName : `${operationName ?? ''} ${overrides.join()}`;
      const task = ofDocument.get(name) ?? taskOf(document, operationName, overrides);
      ofDocument.set(name, task);
      return find(task.key, task);
    },
    hottest: (count) => [...plans.values()].slice(0, count).map(({ task }) => task),
    prepare: async (task) => {
      await find(keyOf(task), task);
    },
  };
}

function taskOf(document: DocumentNode, operationName: string | undefined, overrides: readonly string[]) {
  const task = { operation: stripIgnoredCharacters(print(document)), operationName, overrides };
  return { ...task, key: keyOf(task) };
}

function keyOf({ operation, operationName, overrides = [] }: PlanningTask): string {
  return hash('sha256', `${operationName ?? ''} ${overrides.join()}\n${operation}`, 'base64url');
}

function sizeOf({ task, plan }: Kept): number {
  return (JSON.stringify(plan.node ?? null).length + task.operation.length) * BYTES_PER_CHARACTER;
}
