/**
 * Refuses early what can't be answered in time, instead of answering everybody late.
 *
 * 1. As long as the event loop has idle moments, everybody is let in. Waiting for subgraphs is no load.
 * 2. Once it has none, only as many requests may be under way as are answered in `WAITED_MILLISECONDS` (Little's law:
 *    under way = rate × time). The rest is refused, which costs next to nothing, so that the rate stays what it is.
 * 3. What may be under way is shared: whose company has less than its share under way is let in nevertheless, so that one
 *    company's flood is refused to that company.
 * 4. Beyond `MOST_UNDER_WAY`, which is a matter of memory, nobody is let in.
 */
import { performance } from 'node:perf_hooks';
import { overloaded } from './overloaded.ts';

export interface Admission {
  /**
   * Counts a request of `company` as under way until the function that is given back is called.
   *
   * @param company undefined: nobody in particular
   * @throws {GraphQLError} `OVERLOADED`, 503
   */
  enter(company: string | undefined): () => void;
  close(): void;
}

/** How busy the event loop was since the last time that it was asked: 0 (idle) to 1. */
export type MeasureUtilization = () => number;

const MEASURED_EVERY_MILLISECONDS = 100;
const BUSY = 0.97;
const WAITED_MILLISECONDS = 250;
/** A rate that is not known yet lets at least these in. */
const LEAST_UNDER_WAY = 32;
const MOST_UNDER_WAY = 2_000;
/** Of the last rate, in the average of rates. */
const WEIGHT = 0.2;

export function createAdmission(measure: MeasureUtilization = eventLoop()): Admission {
  const underWay = new Map<string | undefined, number>();
  let [all, answered, answeredEachTime, isBusy] = [0, 0, 0, false];

  const timer = setInterval(() => {
    isBusy = measure() >= BUSY;
    answeredEachTime += WEIGHT * (answered - answeredEachTime);
    answered = 0;
  }, MEASURED_EVERY_MILLISECONDS).unref();

  const isLetIn = (company: string | undefined): boolean => {
    if (all >= MOST_UNDER_WAY) return false;
    if (!isBusy) return true;
    const most = Math.max(LEAST_UNDER_WAY, (answeredEachTime * WAITED_MILLISECONDS) / MEASURED_EVERY_MILLISECONDS);
    const own = underWay.get(company) ?? 0;
    const companies = underWay.size + (own === 0 ? 1 : 0);
    return own < most / companies;
  };

  return {
    enter(company) {
      if (!isLetIn(company)) throw overloaded();
      underWay.set(company, (underWay.get(company) ?? 0) + 1);
      all += 1;
      return () => {
        const left = (underWay.get(company) ?? 1) - 1;
        if (left === 0) underWay.delete(company);
        else underWay.set(company, left);
        all -= 1;
        answered += 1;
      };
    },
    close: () => clearInterval(timer),
  };
}

function eventLoop(): MeasureUtilization {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
