/** How a partner is survived and spared: retries ( breaker ( work, each exchange of which waits for its turn )). */
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  type FailureReason,
  handleWhen,
  type IRetryBackoffContext,
  isBrokenCircuitError,
  isTaskCancelledError,
  retry,
  TaskCancelledError,
  wrap,
} from 'cockatiel';
import type { Contract } from './contract.ts';
import type { PartnerMetrics } from './metrics.ts';
import { PartnerError } from './partner-error.ts';
import type { Asking, Turns } from './turns.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface Attempt extends Asking {
  /** Whether it may be repeated without doing it twice. */
  readonly isIdempotent: boolean;
}

/** Runs one exchange when it is the company's turn. */
export type InTurn = <Result>(exchange: () => Promise<Result>) => Promise<Result>;

export interface Resilience {
  /** @throws {PartnerError} what `work` threw last, or why it wasn't begun. */
  run<Result>(attempt: Attempt, work: (inTurn: InTurn) => Promise<Result>): Promise<Result>;
  breakerState(): 'closed' | 'open' | 'half-open';
}

/** Of one version: one that is down isn't held against the others. */
export function createResilience(
  contract: Contract,
  version: string,
  turns: Turns,
  metrics: PartnerMetrics,
): Resilience {
  const { partner, retries } = contract;
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof PartnerError && error.isOutage),
    {
      breaker: new ConsecutiveBreaker(contract.breaker.consecutiveFailures),
      halfOpenAfter: contract.breaker.openMilliseconds,
    },
  );
  metrics.breaker.set({ partner, version }, 0);
  breaker.onStateChange((state) => metrics.breaker.set({ partner, version }, BREAKER_STATES[stateName(state)]));

  const repeat = retry(
    handleWhen((error) => isWorthRepeating(error, contract)),
    { maxAttempts: retries.attempts, backoff: new DelegateBackoff((context) => delay(context, contract)) },
  );
  return {
    run: async ({ isIdempotent, ...asking }, work) => {
      const { signal } = asking;
      const policy = isIdempotent ? wrap(repeat, breaker) : breaker;
      let mayHaveTakenEffect = false;
      const result = policy.execute(async () => {
        const before = mayHaveTakenEffect;
        let isBegun = false;
        const inTurn: InTurn = (exchange) =>
          turns.run(asking, () => {
            isBegun = true;
            mayHaveTakenEffect = true;
            return exchange();
          });
        return await work(inTurn).catch((error: unknown) => {
          mayHaveTakenEffect = before || (isBegun && (!(error instanceof PartnerError) || error.mayHaveTakenEffect));
          throw error;
        });
      }, signal);
      try {
        // The policies look at the signal only between steps.
        return await unlessAborted(result, signal, () => new TaskCancelledError());
      } catch (error) {
        throw asPartnerError(error, partner, mayHaveTakenEffect);
      }
    },
    breakerState: () => stateName(breaker.state),
  };
}

const BREAKER_STATES = { closed: 0, open: 1, 'half-open': 2 } as const;

function stateName(state: CircuitState): keyof typeof BREAKER_STATES {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}

/** An outage, or "later" when later is soon. */
function isWorthRepeating(error: unknown, { retries }: Contract): boolean {
  if (!(error instanceof PartnerError)) return false;
  if (error.code !== 'PARTNER_RATE_LIMITED') return error.isOutage;
  const wait = error.retryAfterMilliseconds;
  return wait !== undefined && wait <= retries.greatestDelayMilliseconds;
}

/** Exponential with full jitter, and never sooner than the partner asked for. */
function delay({ attempt, result }: IRetryBackoffContext<unknown>, { retries }: Contract): number {
  const ceiling = Math.min(retries.greatestDelayMilliseconds, retries.firstDelayMilliseconds * 2 ** (attempt - 1));
  return Math.max(Math.random() * ceiling, retryAfter(result));
}

function retryAfter(result: FailureReason<unknown>): number {
  return 'error' in result && result.error instanceof PartnerError ? (result.error.retryAfterMilliseconds ?? 0) : 0;
}

/**
 * An attempt that was lost stays in doubt, however a later one failed to begin. What the partner says itself settles it:
 * a refusal of the repeated order is a refusal of the order.
 */
function asPartnerError(error: unknown, partner: string, mayHaveTakenEffect: boolean): unknown {
  if (error instanceof PartnerError) {
    return error.code === 'PARTNER_REJECTED' ? error : error.withEffect(mayHaveTakenEffect);
  }
  if (isBrokenCircuitError(error)) {
    return new PartnerError(partner, 'PARTNER_UNAVAILABLE', { mayHaveTakenEffect, detail: 'breaker open' });
  }
  if (isTaskCancelledError(error) || (error instanceof Error && error.name === 'AbortError')) {
    return new PartnerError(partner, 'PARTNER_TIMEOUT', { mayHaveTakenEffect, detail: 'deadline over or given up' });
  }
  return error;
}
