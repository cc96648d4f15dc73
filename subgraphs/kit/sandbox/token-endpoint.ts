/**
 * A partner's authorization server: client credentials with `private_key_jwt` (RFC 7523), for opaque access tokens of
 * five minutes that are bound to one company.
 */
import { randomBytes } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import type { SandboxClient } from './clients.ts';

export interface TokenEndpoint {
  /** Answers a token request; `issue` undefined: refused. */
  exchange(form: unknown): Promise<IssuedToken | undefined>;
  /** The client that holds this access token; undefined: nobody. */
  clientOf(accessToken: string): SandboxClient | undefined;
  /** The tokens in force. */
  list(): readonly string[];
  /** Ends all tokens, as a partner that rotates its secrets would. */
  revokeAll(): void;
}

export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
}

const TOKEN_SECONDS = 300;
const GREATEST_ASSERTION_SECONDS = 120;

const tokenRequest = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional(),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  client_assertion: z.string().max(8192),
});

/** @param issuer the only audience that an assertion may have */
export function createTokenEndpoint(issuer: () => string, clients: () => readonly SandboxClient[]): TokenEndpoint {
  const tokens = new Map<string, { readonly client: SandboxClient; readonly until: number }>();
  const used = new Map<string, number>();

  return {
    exchange: async (form) => {
      const client = await authenticate(form, issuer(), clients(), used);
      if (!client) return undefined;
      forgetPast(tokens, ({ until }) => until);
      const accessToken = randomBytes(32).toString('base64url');
      tokens.set(accessToken, { client, until: Date.now() + TOKEN_SECONDS * 1_000 });
      return { access_token: accessToken, token_type: 'Bearer', expires_in: TOKEN_SECONDS };
    },
    clientOf: (accessToken) => {
      const held = tokens.get(accessToken);
      return held && held.until > Date.now() ? held.client : undefined;
    },
    list: () => [...tokens].filter(([, { until }]) => Date.now() < until).map(([accessToken]) => accessToken),
    revokeAll: () => tokens.clear(),
  };
}

async function authenticate(
  form: unknown,
  issuer: string,
  clients: readonly SandboxClient[],
  used: Map<string, number>,
): Promise<SandboxClient | undefined> {
  try {
    const request = tokenRequest.parse(form);
    const { iss } = decodeJwt(request.client_assertion);
    const client = clients.find(({ clientId }) => clientId === iss);
    if (!client || (request.client_id !== undefined && request.client_id !== client.clientId)) return undefined;
    const keys = createLocalJWKSet({ keys: client.jwks.keys.filter(({ use }) => use === 'sig') });
    const { payload } = await jwtVerify(request.client_assertion, keys, {
      algorithms: ['ES256'],
      issuer: client.clientId,
      subject: client.clientId,
      audience: issuer,
      maxTokenAge: `${GREATEST_ASSERTION_SECONDS}s`,
      requiredClaims: ['exp', 'iat', 'jti'],
    });
    const { jti, exp = 0, iat = 0 } = payload;
    if (jti === undefined || Array.isArray(payload.aud) || exp - iat > GREATEST_ASSERTION_SECONDS) return undefined;
    forgetPast(used, (until) => until);
    const name = `${client.clientId} ${jti}`;
    if (used.has(name)) return undefined;
    used.set(name, exp * 1_000);
    return client;
  } catch {
    return undefined;
  }
}

function forgetPast<Value>(map: Map<string, Value>, until: (value: Value) => number): void {
  for (const [key, value] of map) if (until(value) < Date.now()) map.delete(key);
}
