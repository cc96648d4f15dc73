/**
 * Which requests may be under way: the rest is refused early, instead of everybody being answered late.
 *
 * 1. As long as the event loop keeps up, ever more may be under way, up to `MOST`, which is a matter of memory. Waiting
 *    for subgraphs is no load.
 * 2. When it is busy and falls behind, only as many may be under way as it would keep up with. How many these are is found out by
 *    the event loop alone, whatever a request costs and however long subgraphs take.
 * 3. Whose company has less than its share under way is let in nevertheless, so that one company's flood is refused to
 *    that company. For a moment more are under way then, until those before are answered.
 */
import { performance } from 'node:perf_hooks';

export interface Admission {
  /**
   * Counts a request of `company` as under way until the function that is given back is called.
   *
   * @param company undefined: nobody knows yet whose it is
   * @returns undefined: it isn't let in
   */
  enter(company: string | undefined): (() => void) | undefined;
  close(): void;
}

/** Tells every few milliseconds how late the event loop is by what it has to do, until the function that is given back is called. */
export type WatchLateness = (tell: (milliseconds: number) => void) => () => void;

const WATCHED_EVERY_MILLISECONDS = 20;
/** A refusal waits as long in the event loop as everything else. */
const LATE_MILLISECONDS = 15;
/** As long as it is late no longer than this, it is a pause of the garbage collector or of the machine. */
const PAUSE_MILLISECONDS = 100;
/** Share of the time in which the event loop does something. */
const BUSY_UTILIZATION = 0.9;
const LEAST = 32;
const MOST = 2_000;
const GROWTH = 1.05;
const STEEPEST_FALL = 0.5;

export function createAdmission(watch: WatchLateness = watchEventLoop): Admission {
  const underWay = new Map<string | undefined, number>();
  let [all, most, lateFor] = [0, MOST, 0];

  const stop = watch((milliseconds) => {
    if (milliseconds < LATE_MILLISECONDS) {
      most = Math.min(MOST, most * GROWTH);
      lateFor = 0;
      return;
    }
    if (lateFor >= PAUSE_MILLISECONDS) {
      const fall = Math.max(STEEPEST_FALL, LATE_MILLISECONDS / milliseconds);
      most = Math.max(LEAST, Math.min(most, all) * fall);
    }
    lateFor += milliseconds + WATCHED_EVERY_MILLISECONDS;
  });

  const isLetIn = (own: number): boolean => all < most || own < most / (underWay.size + (own === 0 ? 1 : 0));

  return {
    enter(company) {
      const own = underWay.get(company) ?? 0;
      if (!isLetIn(own)) return undefined;
      underWay.set(company, own + 1);
      all += 1;
      return () => {
        const left = (underWay.get(company) ?? 1) - 1;
        if (left === 0) underWay.delete(company);
        else underWay.set(company, left);
        all -= 1;
      };
    },
    close: stop,
  };
}

function watchEventLoop(tell: (milliseconds: number) => void): () => void {
  let last = performance.now();
  let utilizationThen = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.now();
    const utilizationNow = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(utilizationNow, utilizationThen);
    // One that is late and has little to do waits for the machine, which refusing wouldn't change.
    tell(utilization < BUSY_UTILIZATION ? 0 : now - last - WATCHED_EVERY_MILLISECONDS);
    last = now;
    utilizationThen = utilizationNow;
  }, WATCHED_EVERY_MILLISECONDS).unref();
  return () => clearInterval(timer);
}
