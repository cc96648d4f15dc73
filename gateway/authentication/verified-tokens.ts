/**
 * Remembers which access tokens were found valid: a signature is checked once, and not with each of a frontend's requests.
 *
 * What is remembered is what the token says, which can't change; what somebody may do, whether the login has ended and
 * who sends the token are looked at each time, elsewhere. A token is known by its digest alone.
 */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Verification, VerifyAccessToken } from './access-token.ts';

const MOST_TOKENS = 10_000;
/** So that a key that its issuer has withdrawn soon lets nobody in. */
const LONGEST_MILLISECONDS = 60_000;

interface Remembered {
  readonly verification: Verification;
  /** Instant in milliseconds since the epoch. */
  readonly until: number;
}

/** `verify`, which is asked again when the token is over; what isn't valid is never remembered. */
export function rememberVerified(verify: VerifyAccessToken): VerifyAccessToken {
  const verified = new LRUCache<string, Remembered>({ max: MOST_TOKENS });
  return async (token) => {
    const key = hash('sha256', token, 'base64url');
    const known = verified.get(key);
    if (known && Date.now() < known.until) return known.verification;
    const askedAt = Date.now();
    const verification = await verify(token);
    if (verification.kind === 'valid') {
      verified.set(key, { verification, until: Math.min(verification.expiresAt, askedAt + LONGEST_MILLISECONDS) });
    }
    return verification;
  };
}
