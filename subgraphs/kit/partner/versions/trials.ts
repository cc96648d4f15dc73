/**
 * Versions on trial, one for each company that has one. A version that fails or differs too often serves the company no
 * more: all goes to the company's own version until this process starts anew, with the same contract or another.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { TenantId } from '../../tenancy/ids.ts';
import type { Contract } from '../contract.ts';
import type { VersionMetrics } from './metrics.ts';

/** Of so many answers … */
const OF = 100;
/** … so many may neither fail nor differ. */
const TOO_MANY = 3;
/** Comparisons under way in this process; what comes on top is left out. */
const MOST_COMPARISONS = 4;

export interface Trial {
  /** The version on trial. */
  readonly version: string;
  isOver(): boolean;
  /** An answer of the version that was as it should be. */
  pass(): void;
  /** One that failed or differed. @param why a code, or places in the answer; never a value */
  fail(why: string, log: Log): void;
}

export interface Trials {
  /** undefined: the company has no version on trial. */
  of(company: TenantId): Trial | undefined;
  /** Does it in the background, aborted when the partner is closed. @returns whether there is room for it */
  compare(work: (signal: AbortSignal) => Promise<void>): boolean;
  readonly metrics: VersionMetrics;
  close(): Promise<void>;
}

export function createTrials({ partner, companies }: Contract, metrics: VersionMetrics): Trials {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  const trials = new Map(
    Object.entries(companies).flatMap(([company, { version, canary }]) => {
      const labels = canary && { partner, company, version: canary.version };
      return labels ? [[company, createTrial(labels, version, metrics)] as const] : [];
    }),
  );
  return {
    of: (company) => trials.get(company),
    compare: (work) => {
      if (underWay.size >= MOST_COMPARISONS || closing.signal.aborted) return false;
      const compared = work(closing.signal)
        .catch(() => undefined)
        .finally(() => underWay.delete(compared));
      underWay.add(compared);
      return true;
    },
    metrics,
    close: async () => {
      closing.abort();
      await Promise.allSettled(underWay);
    },
  };
}

function createTrial(
  labels: { readonly partner: string; readonly company: string; readonly version: string },
  own: string,
  metrics: VersionMetrics,
): Trial {
  const answers: boolean[] = [];
  let isOver = false;
  metrics.returned.set(labels, 0);
  const note = (isGood: boolean): void => {
    answers.push(isGood);
    if (answers.length > OF) answers.shift();
  };
  return {
    version: labels.version,
    isOver: () => isOver,
    pass: () => note(true),
    fail: (why, log) => {
      note(false);
      if (isOver || answers.filter((isGood) => !isGood).length < TOO_MANY) return;
      isOver = true;
      metrics.returned.set(labels, 1);
      log.error(
        { ...labels, returnedTo: own, why },
        'a version on trial failed or differed, and serves nobody any more',
      );
    },
  };
}
