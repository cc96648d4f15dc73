/** Codes that stand in for a lost authenticator app: 80 random bits each, so that a plain keyed hash is enough. */
import { randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';

const CODES = 10;
const BYTES = 10;

/** Ten codes such as `ABCD-EFGH-IJKL-MNOP`. */
export function createRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODES }, () => {
    const { base32 } = new Secret({ buffer: new Uint8Array(randomBytes(BYTES)).buffer });
    return (base32.match(/.{4}/g) ?? []).join('-');
  });
}

/** What a person typed, as it was stored: letter case, spaces and dashes don't matter. */
export function normalizeRecoveryCode(typed: string): string {
  const letters = typed.toUpperCase().replaceAll(/[^A-Z2-7]/g, '');
  return (letters.match(/.{1,4}/g) ?? []).join('-');
}
