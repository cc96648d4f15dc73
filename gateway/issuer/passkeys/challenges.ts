/**
 * Challenges of WebAuthn ceremonies (WebAuthn, section 13.4.3): each is made for one login, account page or invitation,
 * is taken there alone, and goes with the first answer, whatever that is. A newer one for the same place replaces it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { KeyedHash } from '../store/keyed-hash.ts';
import type { IssuerTables } from '../store/tables.ts';

export interface Challenges {
  /** @param place what it is for, such as `login:<uid>` @returns 32 random bytes */
  issue(place: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether `challenge` (base64url) is the one that is out for this place. It isn't out any more after that. */
  take(place: string, challenge: string): Promise<boolean>;
}

/** As long as a login may stay open. */
const SECONDS = 15 * 60;
const BYTES = 32;

export function createChallenges(database: Kysely<IssuerTables>, hash: KeyedHash): Challenges {
  const placeHash = (place: string): string => hash(`challenge-place:${place}`);
  const challengeHash = (challenge: string): string => hash(`challenge:${challenge}`);

  return {
    async issue(place) {
      const challenge = new Uint8Array(randomBytes(BYTES));
      const values = {
        challenge_hash: challengeHash(Buffer.from(challenge).toString('base64url')),
        expires_at: new Date(Date.now() + SECONDS * 1000),
      };
      await database
        .insertInto('passkey_challenge')
        .values({ bound_to: placeHash(place), ...values })
        .onConflict((conflict) => conflict.column('bound_to').doUpdateSet(values))
        .execute();
      return challenge;
    },

    async take(place, challenge) {
      const taken = await database
        .deleteFrom('passkey_challenge')
        .where('bound_to', '=', placeHash(place))
        .returning(['challenge_hash', 'expires_at'])
        .executeTakeFirst();
      if (!taken || taken.expires_at <= new Date()) return false;
      return timingSafeEqual(Buffer.from(taken.challenge_hash), Buffer.from(challengeHash(challenge)));
    },
  };
}
