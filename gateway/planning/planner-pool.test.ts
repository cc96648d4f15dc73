/** A plan that takes long is given up, and delays nobody but those who wait for a plan. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { heavyGraph } from '../testing/heavy-graph.ts';
import { openPlannerPool, type PlannerPool } from './planner-pool.ts';

const { sdl, operation } = heavyGraph(600);
const LONGEST_MILLISECONDS = 1_500;

let pool: PlannerPool;
beforeAll(async () => {
  pool = await openPlannerPool(sdl, LONGEST_MILLISECONDS);
});
afterAll(() => pool?.close());

const light = (operationName?: string) => ({
  operation: operationName === undefined ? '{ light }' : `query ${operationName} { light }`,
  operationName,
});

describe('a plan', () => {
  it('is made for the operation of the name', async () => {
    const plan = await pool.plan({ operation: 'query One { light } query Two { start { id } }', operationName: 'Two' });
    expect(JSON.stringify(plan.node)).toContain('start');
    expect(JSON.stringify(plan.node)).not.toContain('light');
  });

  it('that takes longer than it may is refused, and this thread goes on meanwhile', async () => {
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 10);
    await expect(pool.plan({ operation, operationName: undefined })).rejects.toMatchObject({
      extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'planning' },
    });
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(20);
  });

  it('is made again by another thread afterwards', async () => {
    const deadline = Date.now() + 30_000;
    const planned = async (): Promise<boolean> =>
      pool.plan(light()).then(
        () => true,
        () => false,
      );
    while (!(await planned()) && Date.now() < deadline) await wait(100);
    expect((await pool.plan(light('Again'))).node?.kind).toBe('Fetch');
  });

  it('is refused when too many wait for one', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) => pool.plan(light(`Waiting${index}`))),
    );
    // A hundred may wait.
    for (const outcome of outcomes.slice(150)) {
      expect(outcome).toMatchObject({ reason: { extensions: { code: 'OVERLOADED', http: { status: 503 } } } });
    }
  });
});

describe('a supergraph', () => {
  it('that nothing can be planned for is told at once', async () => {
    await expect(openPlannerPool('type Query { a: Int }')).rejects.toThrow();
  });
});
