/**
 * Tells clients of logouts by a token, server to server (OpenID Connect Back-Channel Logout 1.0).
 *
 * oidc-provider does so at a logout in the browser, once, and lets the browser wait for it. Here it is done for every way
 * in which a login session ends, by the outbox, until the client has taken it. An address that is called may be anybody's:
 * no redirect is followed, no answer waited for long, and in production none inside the house is called.
 */
import { randomUUID } from 'node:crypto';
import { lookUpOutside } from '@commonhold/platform/internet-addresses.ts';
import { importJWK, type JWK, SignJWT } from 'jose';
import { Agent } from 'undici';
import { LOGOUT_EVENT, LOGOUT_TOKEN_TYPE, type LogoutMessage } from './logout-message.ts';

export interface ClientTelling {
  /** @throws {Error} when the client didn't take it; the message names the client and the status alone */
  tell(message: LogoutMessage): Promise<void>;
  close(): Promise<void>;
}

export interface ClientTellingOptions {
  /** Its address. */
  readonly issuer: string;
  /** Where each client that is told is told. */
  readonly addresses: ReadonlyMap<string, string>;
  /** What ID tokens are signed by at the moment. */
  readonly signingKey: () => JWK | undefined;
  readonly isPrivateAllowed: boolean;
}

const TOKEN_SECONDS = 120;
const TIMEOUT_MILLISECONDS = 3_000;
const LARGEST_ANSWER_BYTES = 16 * 1024;

export function createClientTelling(options: ClientTellingOptions): ClientTelling {
  const agent = new Agent({
    headersTimeout: TIMEOUT_MILLISECONDS,
    bodyTimeout: TIMEOUT_MILLISECONDS,
    maxResponseSize: LARGEST_ANSWER_BYTES,
    connect: { timeout: TIMEOUT_MILLISECONDS, ...(!options.isPrivateAllowed && { lookup: lookUpOutside }) },
  });
  return {
    tell: async (message) => {
      const address = options.addresses.get(message.client);
      // It was told somewhere when the session ended, and isn't any more.
      if (address === undefined) return;
      const { origin, pathname, search } = new URL(address);
      const { statusCode, body } = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ logout_token: await signLogout(message, options) }).toString(),
        signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
      });
      await body.dump({ limit: LARGEST_ANSWER_BYTES });
      if (statusCode !== 200 && statusCode !== 204) throw new Error(`${message.client} answered ${statusCode}`);
    },
    close: () => agent.close(),
  };
}

/** A token for each attempt: a client may refuse one whose `jti` it has seen. */
async function signLogout(
  { client, subject, session }: LogoutMessage,
  { issuer, signingKey }: ClientTellingOptions,
): Promise<string> {
  const key = signingKey();
  if (!key?.kid) throw new Error('nothing to sign with');
  return new SignJWT({ sid: session, events: { [LOGOUT_EVENT]: {} } })
    .setProtectedHeader({ alg: 'ES256', typ: LOGOUT_TOKEN_TYPE, kid: key.kid })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(client)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_SECONDS}s`)
    .setJti(randomUUID())
    .sign(await importJWK(key, 'ES256'));
}
