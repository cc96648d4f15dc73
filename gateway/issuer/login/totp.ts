/** Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, one step early or late allowed for clocks. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;
const WINDOW_STEPS = 1;
const SECRET_BYTES = 20;

export function createTotpSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SECRET_BYTES));
}

/** The time step that `code` belongs to, or undefined when it is none of those allowed now. Compares in constant time. */
export function totpStep(secret: Uint8Array, code: string, now = Date.now()): number | undefined {
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const delta = totp(secret).validate({ token, timestamp: now, window: WINDOW_STEPS });
  return delta === null ? undefined : Math.floor(now / 1000 / PERIOD_SECONDS) + delta;
}

/** The `otpauth:` address that authenticator apps read, and the secret in base32 for typing. */
export function describeTotpSecret(secret: Uint8Array, loginName: string): { address: string; key: string } {
  const described = totp(secret, loginName);
  return { address: described.toString(), key: described.secret.base32 };
}

function totp(secret: Uint8Array, label = 'account'): TOTP {
  return new TOTP({
    issuer: 'Commonhold',
    label,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
  });
}
