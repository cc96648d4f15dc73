/**
 * Encryption of small values at rest: JWE compact serialization (RFC 7516), `dir` with `A256GCM`.
 *
 * A value is bound to its place: the place's name is in the protected header, and opening it elsewhere fails, so that a
 * ciphertext moved to another row, column or file is refused.
 */
import { CompactEncrypt, compactDecrypt } from 'jose';

export interface Envelope {
  /** Encrypts `plaintext` for `place`, such as `person.email:4f2c…`. */
  seal(plaintext: string, place: string): Promise<string>;
  /** Decrypts. @throws {Error} when it was sealed for another place, under another key, or altered. */
  open(sealed: string, place: string): Promise<string>;
}

/**
 * @param key 32 bytes, from `MasterKey.derive`
 *
 * @example
 * const envelope = createEnvelope(masterKey.derive('envelope:directory'));
 * const sealed = await envelope.seal('Ada', 'person.name:17');
 */
export function createEnvelope(key: Uint8Array): Envelope {
  return {
    seal: (plaintext, place) =>
      new CompactEncrypt(new TextEncoder().encode(plaintext))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', place })
        .encrypt(key),
    open: async (sealed, place) => {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      if (protectedHeader['place'] !== place) throw new Error('sealed for another place');
      return new TextDecoder().decode(plaintext);
    },
  };
}
