/**
 * The access token of one company at one partner: OAuth client credentials with `private_key_jwt` (RFC 7523, section
 * 2.2), kept in memory until shortly before it ends, and asked for once however many requests wait for it.
 *
 * The object holds one company's key and token and takes no company as an argument: there is no call by which another
 * company's token could come out.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { CompanyKey } from './company-keys.ts';
import type { Contract } from './contract.ts';
import { PartnerError } from './partner-error.ts';
import { type Exchange, type Transport, violation } from './transport.ts';
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

export interface TokenClient {
  readonly clientId: string;
  readonly signing: CompanyKey;
}

const ASSERTION_SECONDS = 60;
/** A token is renewed this long before it ends, or after four fifths of a short life. */
const RENEWAL_MILLISECONDS = 30_000;
const GREATEST_LIFETIME_SECONDS = 3_600;

const tokenAnswer = z.object({
  access_token: z.string().regex(/^[A-Za-z0-9._~+/=-]{1,8192}$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.number().int().positive(),
});

/**
 * @example
 * const credentials = createTokenCredentials(contract, { clientId: 'commonhold-northgate', signing }, transport);
 * const authorization = await credentials.authorization(request.signal);
 */
export function createTokenCredentials(contract: Contract, client: TokenClient, transport: Transport): Credentials {
  let held: { readonly authorization: string; readonly renewAt: number } | undefined;
  let underWay: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    const asked = Date.now();
    const token = await requestToken(contract, client, transport);
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
      return await unlessAborted(underWay, signal, () => lateFor(contract.partner));
    },
    forget: (authorization) => {
      if (held?.authorization === authorization) held = undefined;
    },
  };
}

/** The request is nobody's in particular: it has the contract's time, not that of whoever asked first. */
async function requestToken(
  contract: Contract,
  { clientId, signing }: TokenClient,
  transport: Transport,
): Promise<z.output<typeof tokenAnswer>> {
  const { authentication, partner, address } = contract;
  if (authentication.method !== 'private_key_jwt') throw new TypeError('the contract names another way to log in');
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: signing.id, typ: 'JWT' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(address)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${ASSERTION_SECONDS}s`)
    .sign(signing.key);
  const exchange: Exchange = {
    method: 'POST',
    path: authentication.tokenPath,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }).toString(),
    signal: AbortSignal.timeout(contract.timeouts.attemptMilliseconds),
  };
  const answer = await transport.send(exchange).catch((error: unknown) => {
    // Without a token nothing was ordered yet.
    throw error instanceof PartnerError ? error.withEffect(false) : error;
  });
  if (answer.status !== 200) {
    const isOutage = answer.status >= 500;
    throw new PartnerError(partner, isOutage ? 'PARTNER_UNAVAILABLE' : 'PARTNER_REJECTED', {
      detail: `token endpoint answered ${answer.status}`,
      mayHaveTakenEffect: false,
      isOutage,
    });
  }
  const parsed = tokenAnswer.safeParse(parseJson(answer.text));
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
