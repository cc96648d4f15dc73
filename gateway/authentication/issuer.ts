/**
 * The issuer of access tokens: what it says of itself (OpenID Connect Discovery 1.0) and the keys that it signs with.
 *
 * Both are fetched when the first token comes, so that it doesn't matter which process starts first. A failed attempt
 * is repeated with the next token, but not sooner than after a second.
 */
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { IssuerConfiguration } from '../config.ts';

export interface Issuer {
  readonly identifier: string;
  readonly keys: JWTVerifyGetKey;
}

const RETRY_MILLISECONDS = 1_000;
const TIMEOUT_MILLISECONDS = 5_000;
const KEY_COOLDOWN_MILLISECONDS = 30_000;

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** The issuer could not be reached, or doesn't describe itself as it should. */
export class IssuerUnavailable extends Error {}

/**
 * @returns a function that gives the issuer, or throws `IssuerUnavailable`
 */
export function createIssuer(configuration: IssuerConfiguration): () => Promise<Issuer> {
  let known: Promise<Issuer> | undefined;
  return () => {
    known ??= discover(configuration).catch((error) => {
      setTimeout(() => {
        known = undefined;
      }, RETRY_MILLISECONDS).unref();
      throw error;
    });
    return known;
  };
}

async function discover(configuration: IssuerConfiguration): Promise<Issuer> {
  const identifier = configuration.url.href.replace(/\/$/, '');
  const described = metadata.parse(await fetchJson(`${identifier}/.well-known/openid-configuration`));
  // A document that speaks for another issuer could name that one's keys (RFC 8414, section 3.3).
  if (described.issuer.replace(/\/$/, '') !== identifier) throw new IssuerUnavailable('speaks for another issuer');
  const keysAddress = new URL(described.jwks_uri);
  const isSecure = keysAddress.protocol === 'https:' || isPlainAllowed(keysAddress, configuration);
  if (!isSecure) throw new IssuerUnavailable('its keys are not reached over https');
  return {
    identifier: described.issuer,
    keys: createRemoteJWKSet(keysAddress, {
      cooldownDuration: KEY_COOLDOWN_MILLISECONDS,
      timeoutDuration: TIMEOUT_MILLISECONDS,
    }),
  };
}

function isPlainAllowed(address: URL, configuration: IssuerConfiguration): boolean {
  return configuration.isPlainLocalhostAllowed && address.hostname === configuration.url.hostname;
}

async function fetchJson(address: string): Promise<unknown> {
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
    if (response.status !== 200) throw new IssuerUnavailable('does not describe itself');
    return await response.json();
  } catch {
    throw new IssuerUnavailable('does not answer');
  }
}
