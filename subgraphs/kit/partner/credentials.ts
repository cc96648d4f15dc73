/**
 * The access token of one company at one partner, kept in memory until shortly before it ends, and asked for once however
 * many requests wait for it.
 *
 * The object holds one company's token and takes no company as an argument: there is no call by which another company's
 * token could come out.
 */
import { z } from 'zod';
import { PartnerError } from './partner-error.ts';
import { type Answer, violation } from './transport.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface Credentials {
  /**
   * The value of the `authorization` header.
   *
   * @throws {PartnerError} when the partner gives no token
   */
  authorization(signal: AbortSignal): Promise<string>;
  /** Forgets a header that the partner refused, so that the next request gets a new one. */
  forget(authorization: string): void;
}

/** A token is renewed this long before it ends, or after four fifths of a short life. */
const RENEWAL_MILLISECONDS = 30_000;
const GREATEST_LIFETIME_SECONDS = 3_600;

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[A-Za-z0-9._~+/=-]{1,8192}$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().int().positive(),
});

/**
 * @param requestToken asks the partner; it is nobody's request in particular: it has the contract's time, not that of
 * whoever asked first
 *
 * @example
 * const credentials = createCredentials('smart-home', () => requestByAssertion(contract, client, transport));
 * const authorization = await credentials.authorization(request.signal);
 */
export function createCredentials(partner: string, requestToken: () => Promise<Answer>): Credentials {
  let held: { readonly authorization: string; readonly renewAt: number } | undefined;
  let underWay: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    const asked = Date.now();
    const answer = await requestToken().catch((error: unknown) => {
      // Without a token nothing was ordered yet.
      throw error instanceof PartnerError ? error.withEffect(false) : error;
    });
    const token = readToken(partner, answer);
    const lifetime = Math.min(token.expires_in, GREATEST_LIFETIME_SECONDS) * 1_000;
    const authorization = `Bearer ${token.access_token}`;
    held = { authorization, renewAt: asked + Math.max(lifetime - RENEWAL_MILLISECONDS, lifetime * 0.8) };
    return authorization;
  };

  return {
    authorization: async (signal) => {
      if (held && Date.now() < held.renewAt) return held.authorization;
      underWay ??= renew().finally(() => {
        underWay = undefined;
      });
      return await unlessAborted(underWay, signal, () => lateFor(partner));
    },
    forget: (authorization) => {
      if (held?.authorization === authorization) held = undefined;
    },
  };
}

function readToken(partner: string, { status, text }: Answer): z.output<typeof tokenAnswer> {
  if (status !== 200 && status !== 201) {
    const isOutage = status >= 500;
    throw new PartnerError(partner, isOutage ? 'PARTNER_UNAVAILABLE' : 'PARTNER_REJECTED', {
      detail: `asked for a token, it answered ${status}`,
      mayHaveTakenEffect: false,
      isOutage,
    });
  }
  const parsed = tokenAnswer.safeParse(parseJson(text));
  if (!parsed.success) throw violation(partner, 'the access token').withEffect(false);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function lateFor(partner: string): PartnerError {
  return new PartnerError(partner, 'PARTNER_TIMEOUT', { detail: 'waiting for a token', mayHaveTakenEffect: false });
}
