/**
 * How often a company's provider may come, and how often somebody may come with a token that isn't valid.
 *
 * Only requests with a valid token count for the company, so that nobody else can use up its share; and a token that was
 * valid lately is let through whatever else comes from the same address, so that a stranger behind the same proxy can't
 * lock it out.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface Caller {
  readonly company: string;
  readonly token: string;
  readonly address: string;
}

export interface ProvisioningLimits {
  /** Counts a request before anything is asked: of many that come at once, no more than the rate are let through. */
  admit(caller: Caller): Promise<Admission>;
  /** To be called once it is known whether the token of who was admitted is valid; a stranger's until then. */
  found(caller: Caller, admitted: Admitted, isValid: boolean): Promise<void>;
}

export type Admission = { readonly kind: 'refused'; readonly secondsToWait: number } | Admitted;

export interface Admitted {
  readonly kind: 'admitted';
  /** Whether the token was valid lately. */
  readonly isKnown: boolean;
}

export interface ProvisioningRates {
  /** Requests of one company in a minute. */
  readonly perCompany: number;
  /** Requests with tokens that aren't valid from one address in a minute. */
  readonly strangersPerAddress: number;
}

const MINUTE_SECONDS = 60;
const MOST_KNOWN = 10_000;
const KNOWN_MILLISECONDS = 60 * 60 * 1000;

/** Counts in this process. */
export function createProvisioningLimits({ perCompany, strangersPerAddress }: ProvisioningRates): ProvisioningLimits {
  const companies = new RateLimiterMemory({ keyPrefix: 'company', points: perCompany, duration: MINUTE_SECONDS });
  const addresses = new RateLimiterMemory({
    keyPrefix: 'address',
    points: strangersPerAddress,
    duration: MINUTE_SECONDS,
  });
  const known = new LRUCache<string, true>({ max: MOST_KNOWN, ttl: KNOWN_MILLISECONDS });
  return {
    admit: async (caller) => {
      const isKnown = known.has(digestOf(caller));
      const secondsToWait = isKnown
        ? await consume(companies, caller.company)
        : await consume(addresses, caller.address);
      return secondsToWait === undefined ? { kind: 'admitted', isKnown } : { kind: 'refused', secondsToWait };
    },
    found: async (caller, { isKnown }, isValid) => {
      if (isValid) known.set(digestOf(caller), true);
      else known.delete(digestOf(caller));
      if (isValid && !isKnown) {
        await addresses.reward(caller.address);
        await consume(companies, caller.company);
      }
      if (!isValid && isKnown) {
        await companies.reward(caller.company);
        await consume(addresses, caller.address);
      }
    },
  };
}

/** @returns for how many seconds there is nothing left to consume */
async function consume(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    throw refusal;
  }
}

function digestOf({ company, token }: Caller): string {
  return createHash('sha256').update(`${company}/${token}`).digest('base64url');
}
