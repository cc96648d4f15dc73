/**
 * Encryption of small values at rest: JWE compact serialization (RFC 7516), `dir` with `A256GCM`.
 *
 * A value is bound to its place: the place's name is in the protected header, and opening it elsewhere fails, so that a
 * ciphertext moved to another row, column or file is refused. The header also names the generation of the key (`kid`):
 * sealing uses the current one, opening whichever is in force.
 */
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { type KeyRing, type PurposeKey, singleKey } from './key-ring.ts';

export interface Envelope {
  /** Encrypts `plaintext` for `place`, such as `person.email:4f2c…`. */
  seal(plaintext: string, place: string): Promise<string>;
  /** Decrypts. @throws {Error} when it was sealed for another place, under another key, or altered. */
  open(sealed: string, place: string): Promise<string>;
  /** What all that is sealed under the current generation begins with, and nothing else. */
  mark(): string;
}

const ALGORITHMS = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };

/**
 * @param keys 32 bytes, or those of `MasterKey.ring`
 *
 * @example
 * const envelope = createEnvelope(masterKey.ring('envelope:directory'));
 * const sealed = await envelope.seal('Ada', 'person.name:17');
 */
export function createEnvelope(keys: KeyRing | Uint8Array): Envelope {
  const ring = keys instanceof Uint8Array ? singleKey(keys) : keys;
  return {
    seal: (plaintext, place) => {
      const [{ id, key }] = ring.keys();
      return new CompactEncrypt(new TextEncoder().encode(plaintext))
        .setProtectedHeader({ ...headerOf(id), place })
        .encrypt(key);
    },
    open: async (sealed, place) => {
      const candidates = named(sealed, ring.keys());
      const { plaintext, protectedHeader } = await decryptByOne(sealed, candidates);
      if (protectedHeader['place'] !== place) throw new Error('sealed for another place');
      return new TextDecoder().decode(plaintext);
    },
    mark: () => {
      const [{ id }] = ring.keys();
      // Up to the end of the id these are 48 bytes: base64 takes them by threes, so that what follows changes nothing.
      return Buffer.from(JSON.stringify(headerOf(id)).slice(0, -2)).toString('base64url');
    },
  };
}

/** The order counts, for `mark`. */
function headerOf(kid: string) {
  return { alg: 'dir', enc: 'A256GCM', kid };
}

/** The key that a text names; all, when it is from before there were generations. */
function named(sealed: string, keys: readonly PurposeKey[]): readonly PurposeKey[] {
  const { kid } = decodeProtectedHeader(sealed);
  return kid === undefined ? keys : keys.filter(({ id }) => id === kid);
}

async function decryptByOne(sealed: string, [first, ...others]: readonly PurposeKey[]) {
  if (!first) throw new Error('sealed under a key that is not in force');
  try {
    return await compactDecrypt(sealed, first.key, ALGORITHMS);
  } catch (error) {
    if (others.length === 0) throw error;
    return await decryptByOne(sealed, others);
  }
}
