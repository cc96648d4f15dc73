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
  readonly verification: Extract<Verification, { readonly kind: 'valid' }>;
  /** Instant in milliseconds since the epoch. */
  readonly until: number;
}

export interface VerifiedTokens {
  /** As what it was made of, which is asked again when the token is over; what isn't valid is never remembered. */
  readonly verify: VerifyAccessToken;
  /** Whose a token is that was found valid at some time and isn't over; nothing is verified for it. */
  companyOf(token: string): string | undefined;
}

export function rememberVerified(verify: VerifyAccessToken): VerifiedTokens {
  const verified = new LRUCache<string, Remembered>({ max: MOST_TOKENS });
  return {
    async verify(token) {
      const key = keyOf(token);
      const known = verified.get(key);
      if (known && Date.now() < known.until) return known.verification;
      const askedAt = Date.now();
      const verification = await verify(token);
      if (verification.kind === 'valid') {
        verified.set(key, {
          verification,
          until: Math.min(verification.token.expiresAt, askedAt + LONGEST_MILLISECONDS),
        });
      }
      return verification;
    },
    companyOf(token) {
      const known = verified.get(keyOf(token))?.verification.token;
      return known && Date.now() < known.expiresAt ? known.tenant : undefined;
    },
  };
}

function keyOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
