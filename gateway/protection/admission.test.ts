/** Under more load than can be carried, the rest is refused at once, and to those who cause it. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Admission, createAdmission } from './admission.ts';

const MEASURED = 150;
const LEAST = 32;

let admission: Admission;
afterEach(() => admission.close());

/** How many of `count` requests of a company are let in. */
function letIn(company: string | undefined, count: number): (() => void)[] {
  return Array.from({ length: count }).flatMap(() => {
    try {
      return [admission.enter(company)];
    } catch (error) {
      expect(error).toMatchObject({ extensions: { code: 'OVERLOADED', http: { status: 503 } } });
      return [];
    }
  });
}

async function start(utilization: number): Promise<void> {
  admission = createAdmission(() => utilization);
  await wait(MEASURED);
}

describe('a request', () => {
  it('is let in while the event loop has idle moments, up to what memory holds', async () => {
    await start(0.5);
    expect(letIn('northgate', 1_500)).toHaveLength(1_500);
    expect(letIn('riverside', 1_500)).toHaveLength(500);
  });

  it('is refused while it has none and many are under way, and let in as soon as they have been answered', async () => {
    await start(1);
    const entered = letIn('northgate', 100);
    expect(entered).toHaveLength(LEAST);
    for (const leave of entered) leave();
    expect(letIn('northgate', 100)).toHaveLength(LEAST);
  });

  it('is let in according to how many have been answered', async () => {
    await start(1);
    const deadline = Date.now() + 10_000;
    let most = 0;
    // Some hundred each tenth of a second.
    while (most <= 2 * LEAST && Date.now() < deadline) {
      for (let times = 0; times < 5; times += 1) for (const leave of letIn('northgate', 20)) leave();
      await wait(20);
      const entered = letIn('northgate', 2_000);
      most = entered.length;
      for (const leave of entered) leave();
    }
    expect(most).toBeGreaterThan(2 * LEAST);
  });

  it('of one company is let in whatever others flood it with', async () => {
    await start(1);
    await fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 4 }), (flood, floods) => {
        const entered = Array.from({ length: floods }, (_, index) => letIn(`company-${index}`, flood)).flat();
        const mine = letIn('northgate', 4);
        expect(mine).toHaveLength(4);
        for (const leave of [...entered, ...mine]) leave();
      }),
    );
  });
});
