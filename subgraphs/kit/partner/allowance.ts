/** What is left of the rates that were agreed with a partner: counted in this process, or in Redis for all replicas. */
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { type AgreedWindow, agreedWindows } from './agreed-windows.ts';
import { countInRedis } from './allowance-in-redis.ts';
import type { Contract } from './contract.ts';

export type Taken =
  /** `release` says that the request has come to its end. */
  | { readonly kind: 'taken'; release(): void }
  /** Nothing is left for `of` before so much time is over. */
  | { readonly kind: 'used-up'; readonly of: AgreedWindow['of']; readonly milliseconds: number };

export interface Allowance {
  /**
   * Counts a request of the company if it fits into all that was agreed, and nothing otherwise.
   *
   * @throws {Error} when the count can't be asked for
   */
  take(company: string): Promise<Taken>;
  close(): Promise<void>;
}

/** @param redis where replicas share the count; undefined: there is this process alone */
export function openAllowance(
  { partner, limits, timeouts }: Pick<Contract, 'partner' | 'limits' | 'timeouts'>,
  redis?: ServerAddress,
): Allowance {
  const windows = agreedWindows(limits);
  const longest = timeouts.attemptMilliseconds;
  return redis === undefined ? countHere(windows, longest) : countInRedis(partner, windows, longest, redis);
}

function countHere(windows: readonly AgreedWindow[], longest: number): Allowance {
  const counts = new Map<string, Map<number, number>>();

  const countOf = ({ of, milliseconds }: AgreedWindow, company: string): Map<number, number> => {
    const key = `${milliseconds}:${of === 'company' ? company : ''}`;
    const count = counts.get(key) ?? new Map<number, number>();
    counts.set(key, count);
    return count;
  };

  const add = (company: string, time: number, requests: 1 | -1): void => {
    for (const window of windows) {
      const count = countOf(window, company);
      const span = Math.floor(time / window.spanMilliseconds);
      count.set(span, (count.get(span) ?? 0) + requests);
    }
  };

  /** How long nothing fits into the window; 0: something does. */
  const waitFor = (window: AgreedWindow, company: string, now: number): number => {
    const { spanMilliseconds, spans, greatest } = window;
    const count = countOf(window, company);
    const current = Math.floor(now / spanMilliseconds);
    let counted = 0;
    let oldest = current;
    for (const [span, requests] of count) {
      if (span <= current - spans || requests === 0) count.delete(span);
      else {
        counted += requests;
        oldest = Math.min(oldest, span);
      }
    }
    return counted < greatest ? 0 : (oldest + spans) * spanMilliseconds - now;
  };

  return {
    take: async (company) => {
      const now = performance.now();
      for (const who of ['everybody', 'company'] as const) {
        const waits = windows.filter(({ of }) => of === who).map((window) => waitFor(window, company, now));
        const wait = Math.max(0, ...waits);
        if (wait > 0) return { kind: 'used-up', of: who, milliseconds: Math.ceil(wait) };
      }
      add(company, now + longest, 1);
      return {
        kind: 'taken',
        release: () => {
          add(company, now + longest, -1);
          add(company, Math.min(performance.now(), now + longest), 1);
        },
      };
    },
    close: async () => undefined,
  };
}
