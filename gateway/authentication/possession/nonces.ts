/**
 * The nonces that a proof of possession has to carry (RFC 9449, sections 8 and 9), so that none can be made in advance.
 *
 * A nonce follows from a key and the minute, and is kept nowhere: replicas with the same master key take each other's. While
 * that is rotated, those of both generations are taken.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type KeyRing, singleKey } from '@commonhold/platform/secrets/key-ring.ts';

export interface Nonces {
  /** The nonce of this minute. */
  current(): string;
  /** Whether it is of this minute, the one before or, by another replica's clock, the next one. */
  isAccepted(nonce: string): boolean;
}

const STEP_MILLISECONDS = 60_000;
/** No nonce is accepted for longer, from the first replica that takes it to the last. */
export const NONCE_MILLISECONDS = 3 * STEP_MILLISECONDS;

/** @param keys of `MasterKey.ring`, or one alone */
export function createNonces(keys: KeyRing | Uint8Array, now: () => number = Date.now): Nonces {
  const step = (): number => Math.floor(now() / STEP_MILLISECONDS);
  const ring = keys instanceof Uint8Array ? singleKey(keys) : keys;
  const nonceOf = (which: number, key: Uint8Array): string =>
    createHmac('sha256', key).update(String(which)).digest('base64url');
  let known = { of: '', nonces: [] as readonly string[] };
  /** Of this minute, the one before, the next one; by the current key, then by the one before. */
  const nonces = (): readonly string[] => {
    const current = step();
    const inForce = ring.keys();
    const of = [current, ...inForce.map(({ id }) => id)].join(' ');
    if (known.of !== of) {
      const steps = [current, current - 1, current + 1];
      known = { of, nonces: inForce.flatMap(({ key }) => steps.map((each) => nonceOf(each, key))) };
    }
    return known.nonces;
  };
  return {
    current: () => nonces()[0] ?? nonceOf(step(), ring.keys()[0].key),
    isAccepted: (nonce) => nonces().some((accepted) => isEqual(accepted, nonce)),
  };
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
