/** Under more load than can be carried, the rest is refused at once, and to those who cause it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Admission, createAdmission } from './admission.ts';

const MOST = 2_000;
const LEAST = 32;
const ON_TIME = 1;
const LATE = 40;

let admission: Admission;
let tell: (milliseconds: number) => void;
beforeEach(() => {
  admission = createAdmission((told) => {
    tell = told;
    return () => undefined;
  });
});

/** Those of `count` requests of a company that are let in, each as what ends it. */
function letIn(company: string | undefined, count: number): readonly (() => void)[] {
  return Array.from({ length: count }, () => admission.enter(company)).filter((leave) => leave !== undefined);
}

function times(count: number, act: () => void): void {
  for (let time = 0; time < count; time += 1) act();
}

describe('a request', () => {
  it('is let in while the event loop keeps up, up to what memory holds', () => {
    times(10, () => tell(ON_TIME));
    expect(letIn('northgate', 3_000)).toHaveLength(MOST);
  });

  it('is let in after a pause of the event loop that ends', () => {
    letIn('northgate', 100);
    times(10, () => {
      tell(LATE);
      tell(ON_TIME);
    });
    expect(letIn('northgate', 100)).toHaveLength(100);
  });

  it('is refused while the event loop is behind and many are under way, and let in as others are answered', () => {
    const before = letIn('northgate', 500);
    times(10, () => tell(LATE));
    expect(letIn('northgate', 1)).toHaveLength(0);
    for (const leave of before) leave();
    const entered = letIn('northgate', 500);
    expect(entered).toHaveLength(LEAST);
    for (const leave of entered.slice(0, 10)) leave();
    expect(letIn('northgate', 500)).toHaveLength(10);
  });

  it('is let in again, step by step, as soon as the event loop keeps up', () => {
    times(10, () => tell(LATE));
    const entered = letIn('northgate', 500);
    for (const [steps, least] of [
      [1, 1],
      [20, 30],
      [200, MOST - 200],
    ] as const) {
      times(steps, () => tell(ON_TIME));
      const more = letIn('northgate', MOST);
      expect(more.length).toBeGreaterThanOrEqual(least);
      expect(more.length).toBeLessThanOrEqual(MOST - entered.length);
      for (const leave of more) leave();
    }
  });

  it('of one company is let in whatever others flood it with', () => {
    times(10, () => tell(LATE));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('northgate', undefined),
        (flood, floods, company) => {
          const entered = Array.from({ length: floods }, (_, index) => letIn(`company-${index}`, flood)).flat();
          const mine = letIn(company, LEAST / 4);
          expect(mine).toHaveLength(LEAST / 4);
          for (const leave of [...entered, ...mine]) leave();
        },
      ),
    );
  });

  it('of a company takes back its share from those who came before', () => {
    times(10, () => tell(LATE));
    let northgate = [...letIn('northgate', 100)];
    let riverside = [...letIn('riverside', 100)];
    times(100, () => {
      northgate.shift()?.();
      northgate = [...northgate, ...letIn('northgate', 5)];
      riverside.shift()?.();
      riverside = [...riverside, ...letIn('riverside', 5)];
    });
    expect(Math.abs(northgate.length - riverside.length)).toBeLessThanOrEqual(2);
  });
});
