/** The keys of one purpose: the one that seals now, and those that what was sealed before still opens by. */
import { hkdfSync } from 'node:crypto';

export interface PurposeKey {
  /** 12 characters that follow from the key and say nothing about it. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface KeyRing {
  /** The one that seals first. It changes when the master key is rotated: ask each time. */
  keys(): readonly [PurposeKey, ...PurposeKey[]];
}

/** A key that never changes. @param key 32 bytes */
export function singleKey(key: Uint8Array): KeyRing {
  const keys = [{ id: keyId(key), key }] as const;
  return { keys: () => [...keys] };
}

/** HKDF gives nine bytes from which there is no way back. */
export function keyId(key: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', key, 'commonhold', 'key-id', 9)).toString('base64url');
}
