/** Hashes that say nothing without the master key, so that a copied data folder can't be searched by guessing. */
import { createHmac } from 'node:crypto';

/** HMAC-SHA-256 in base64url. */
export type KeyedHash = (value: string) => string;

/**
 * @param key from `MasterKey.derive`, for one purpose
 *
 * @example
 * const hash = createKeyedHash(masterKey.derive('directory:lookup'));
 */
export function createKeyedHash(key: Uint8Array): KeyedHash {
  return (value) => createHmac('sha256', key).update(value).digest('base64url');
}
