/**
 * What went wrong at a partner, as a GraphQL error. Its message names the partner and nothing else of the call: no
 * host, path or value. What an operator needs beyond that is in `detail`, which goes to the log and never to a client.
 */
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';

export type PartnerErrorCode = Extract<ErrorCode, `PARTNER_${string}`>;

export interface PartnerErrorOptions {
  /** For the log: a status, a system error's code, a place in the answer. Never a value. */
  readonly detail: string;
  /** Whether the partner may have done what it was asked to; false: it certainly hasn't. */
  readonly mayHaveTakenEffect: boolean;
  /** Whether it speaks against the partner's health, and so counts for the breaker. */
  readonly isOutage?: boolean;
  /** The partner's own error code, when its contract lists it. */
  readonly reason?: string | undefined;
  /** Where in the answer the contract was broken. */
  readonly place?: string;
  readonly retryAfterMilliseconds?: number | undefined;
}

const SENTENCES: Readonly<Record<PartnerErrorCode, string>> = {
  PARTNER_UNAVAILABLE: 'does not answer',
  PARTNER_TIMEOUT: 'took too long',
  PARTNER_RATE_LIMITED: 'takes no more requests for now',
  PARTNER_REJECTED: 'refused the request',
  PARTNER_CONTRACT_VIOLATION: 'answered something that its contract does not allow',
};

export class PartnerError extends GraphQLError {
  readonly code: PartnerErrorCode;
  readonly detail: string;
  readonly mayHaveTakenEffect: boolean;
  readonly isOutage: boolean;
  readonly reason: string | undefined;
  readonly retryAfterMilliseconds: number | undefined;
  readonly #partner: string;
  readonly #options: PartnerErrorOptions;

  constructor(partner: string, code: PartnerErrorCode, options: PartnerErrorOptions) {
    const { retryAfterMilliseconds } = options;
    const where = options.place ? ` at ${options.place}` : '';
    super(`The partner ${partner} ${SENTENCES[code]}${where}.`, {
      extensions: {
        code,
        ...(options.reason ? { reason: options.reason } : {}),
        ...(retryAfterMilliseconds === undefined
          ? {}
          : { retryAfterSeconds: Math.ceil(retryAfterMilliseconds / 1_000) }),
      },
    });
    this.name = 'PartnerError';
    this.code = code;
    this.detail = options.detail;
    this.mayHaveTakenEffect = options.mayHaveTakenEffect;
    this.isOutage = options.isOutage ?? false;
    this.reason = options.reason;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
    this.#partner = partner;
    this.#options = options;
  }

  /** The same error, by somebody who knows better whether the partner may have done what it was asked to. */
  withEffect(mayHaveTakenEffect: boolean): PartnerError {
    if (mayHaveTakenEffect === this.mayHaveTakenEffect) return this;
    return new PartnerError(this.#partner, this.code, { ...this.#options, mayHaveTakenEffect });
  }
}

const MEMBER = /^[A-Za-z_][A-Za-z0-9_]{0,40}$/;

/** `items[3].state` from `['items', 3, 'state']`; what isn't a plain name of a member is shown as `*`. */
export function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`;
    return `.${typeof part === 'string' && MEMBER.test(part) ? part : '*'}`;
  });
  return place.join('').replace(/^\./, '') || 'the answer';
}
