/** The one-time codes that a persona's authenticator app would show. */
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { Secret, TOTP } from 'otpauth';
import { personaTotpSecret } from './personas.ts';

export const PERIOD_SECONDS = 30;

/** The code of now, or of some steps later. */
export function currentCode(masterKey: MasterKey, email: string, stepsAhead = 0): string {
  const secret = new Secret({ buffer: new Uint8Array(personaTotpSecret(masterKey, email)).buffer });
  const totp = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS });
  return totp.generate({ timestamp: Date.now() + stepsAhead * PERIOD_SECONDS * 1000 });
}

/** How long the code of now lasts. */
export function secondsLeft(): number {
  return PERIOD_SECONDS - (Math.floor(Date.now() / 1000) % PERIOD_SECONDS);
}
