/**
 * The threads that plan. Each plan has a time, each thread a memory, the queue a length: what is beyond is refused, and
 * the thread that is stuck in it replaced.
 */
import type { QueryPlan } from '@apollo/query-planner';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { Tinypool } from 'tinypool';
import { tooComplex } from '../protection/limit-operation.ts';
import { overloaded } from '../protection/overloaded.ts';
import type { Planned, PlanningTask } from './planner.ts';

export interface PlannerPool {
  /** @throws {GraphQLError} `OPERATION_TOO_COMPLEX`, or `OVERLOADED` when too many wait already */
  plan(task: PlanningTask): Promise<QueryPlan>;
  close(): Promise<void>;
}

/** The second one is for what comes while the first is at a plan that takes long. */
const THREADS = { minThreads: 1, maxThreads: 2 };
const LONGEST_MILLISECONDS = 5_000;
const MOST_MEGABYTES = 512;
const MOST_WAITING = 100;

/**
 * @param sdl of a supergraph @param longestMilliseconds for a plan, with the wait for a thread
 * @throws {StartupError} when it can't be planned for
 */
export async function openPlannerPool(sdl: string, longestMilliseconds = LONGEST_MILLISECONDS): Promise<PlannerPool> {
  const pool = new Tinypool({
    filename: new URL('planner-thread.ts', import.meta.url).href,
    workerData: { sdl },
    ...THREADS,
    maxQueue: MOST_WAITING,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  const run = async (task: PlanningTask): Promise<Planned> =>
    pool.run(task, { signal: AbortSignal.timeout(longestMilliseconds) });
  await pool.run({ operation: '{ __typename }' } satisfies PlanningTask).catch(async (error: unknown) => {
    await pool.destroy();
    throw new StartupError(
      `The supergraph can't be planned for (${error instanceof Error ? error.message : 'unknown'})`,
      'compose it again',
    );
  });
  return {
    async plan(task) {
      if (pool.queueSize >= MOST_WAITING) throw overloaded();
      const planned = await run(task).catch((error: unknown) => {
        if (isTooMuch(error)) throw tooComplex('planning');
        throw error;
      });
      if (planned.kind === 'too-complex') throw tooComplex('planning');
      return planned.plan;
    },
    close: () => pool.destroy(),
  };
}

/** Its time was over, or its thread's memory full. */
function isTooMuch(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY');
}
