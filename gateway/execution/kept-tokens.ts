/**
 * Keeps the tokens that say the same to one subgraph: as long as somebody's rights stay as they are, one signature serves
 * their requests of the next seconds. A change of access is a change of what is said, so it makes another token.
 */
import { hash } from 'node:crypto';
import type { ServiceIdentity, ServiceName } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';

const MOST_TOKENS = 5_000;
/** Half of a token's life, so that it is far from its end when it arrives. */
const KEPT_MILLISECONDS = 15_000;

/** @returns the token with these claims for `audience` */
export function createTokenMint(
  identity: ServiceIdentity,
  audience: ServiceName,
): (claims: JWTPayload) => Promise<string> {
  const tokens = new LRUCache<string, Promise<string>>({ max: MOST_TOKENS, ttl: KEPT_MILLISECONDS });
  const digests = new WeakMap<JWTPayload, string>();
  return (claims) => {
    const digest = digests.get(claims) ?? hash('sha256', JSON.stringify(claims), 'base64url');
    digests.set(claims, digest);
    // Good only over a connection with the certificate of this moment.
    const key = identity.now().keyId + digest;
    const kept = tokens.get(key);
    if (kept) return kept;
    const token = mintServiceToken(identity, audience, claims);
    tokens.set(key, token);
    token.catch(() => tokens.delete(key));
    return token;
  };
}
