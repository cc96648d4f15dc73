/**
 * How a partner is spared and survived: retries ( breaker ( the company's share ( its rate ( the partner's capacity )))).
 *
 * The company's own limit stands outside of the partner's, so that one company that asks a lot waits in its own queue
 * and leaves the others' places free.
 */
import {
  type BulkheadPolicy,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  type FailureReason,
  handleWhen,
  type IRetryBackoffContext,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  isTaskCancelledError,
  retry,
  TaskCancelledError,
  wrap,
} from 'cockatiel';
import { RateLimiterMemory, RateLimiterQueue, RateLimiterQueueError } from 'rate-limiter-flexible';
import type { Contract } from './contract.ts';
import type { PartnerMetrics } from './metrics.ts';
import { PartnerError } from './partner-error.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface Attempt {
  readonly company: string;
  /** Whether it may be repeated without doing it twice. */
  readonly isIdempotent: boolean;
  readonly signal: AbortSignal;
}

export interface Resilience {
  /** @throws {PartnerError} what `work` threw last, or why it wasn't begun. */
  run<Result>(attempt: Attempt, work: () => Promise<Result>): Promise<Result>;
  breakerState(): 'closed' | 'open' | 'half-open';
}

export function createResilience(contract: Contract, metrics: PartnerMetrics): Resilience {
  const { partner, limits, retries } = contract;
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof PartnerError && error.isOutage),
    {
      breaker: new ConsecutiveBreaker(contract.breaker.consecutiveFailures),
      halfOpenAfter: contract.breaker.openMilliseconds,
    },
  );
  metrics.breaker.set({ partner }, 0);
  breaker.onStateChange((state) => metrics.breaker.set({ partner }, BREAKER_STATES[stateName(state)]));

  const repeat = retry(
    handleWhen((error) => isWorthRepeating(error, contract)),
    { maxAttempts: retries.attempts, backoff: new DelegateBackoff((context) => delay(context, contract)) },
  );
  const capacity = bulkhead(limits.concurrency, Number.POSITIVE_INFINITY);
  const shares = new Map<string, BulkheadPolicy>();
  const shareOf = (company: string): BulkheadPolicy => {
    const share = shares.get(company) ?? bulkhead(limits.concurrencyPerCompany, limits.queue);
    shares.set(company, share);
    return share;
  };
  const rate = new RateLimiterQueue(
    new RateLimiterMemory({ points: limits.requestsPerSecond, duration: 1, keyPrefix: partner }),
    { maxQueueSize: limits.queue },
  );

  return {
    run: async ({ company, isIdempotent, signal }, work) => {
      const share = wrap(breaker, shareOf(company));
      const policy = isIdempotent ? wrap(repeat, share) : share;
      let mayHaveTakenEffect = false;
      const result = policy.execute(async () => {
        await rate.removeTokens(1, company);
        return await capacity.execute(async () => {
          signal.throwIfAborted();
          const before = mayHaveTakenEffect;
          mayHaveTakenEffect = true;
          return await work().catch((error: unknown) => {
            mayHaveTakenEffect = before || !(error instanceof PartnerError) || error.mayHaveTakenEffect;
            throw error;
          });
        }, signal);
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
  if (isBulkheadRejectedError(error) || error instanceof RateLimiterQueueError) {
    return new PartnerError(partner, 'PARTNER_RATE_LIMITED', { mayHaveTakenEffect, detail: 'queue full' });
  }
  if (isTaskCancelledError(error) || (error instanceof Error && error.name === 'AbortError')) {
    return new PartnerError(partner, 'PARTNER_TIMEOUT', { mayHaveTakenEffect, detail: 'deadline over or given up' });
  }
  return error;
}
