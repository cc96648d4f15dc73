/** Tokens of logins that are fresh. */
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { decodeJwt } from 'jose';
import { tokenFor } from '../system/client.ts';

/** A new login takes a new TOTP code, for which it may have to wait: it is made only when the last one is too old. */
export async function freshTokenFor(email: string): Promise<string> {
  const token = await tokenFor(email);
  const age = Date.now() / 1000 - Number(decodeJwt(token)['auth_time']);
  return age < FRESH_MFA_SECONDS / 2 ? token : tokenFor(email, { fresh: true });
}
