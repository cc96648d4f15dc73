/** What is asked after a login that is fresh, or strong as well. */
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { decodeJwt } from 'jose';
import { type Answer, ask, credentialsFor, post, tokenFor } from '../system/client.ts';
import { system } from '../system/description.ts';

/** Asks for a persona whose login has just been made, or is about to be. */
export async function askFreshly(
  persona: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  await logInFreshly(persona);
  return ask(persona, query, variables);
}

/** Asks for a persona who has just logged in by a passkey. */
export async function askStrongly(
  persona: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return post(system().graphqlUrl, { query, variables }, {}, await credentialsFor(persona, { strong: true }));
}

/** A new login takes a new TOTP code, for which it may have to wait: it is made only when the last one is too old. */
export async function logInFreshly(persona: string): Promise<void> {
  const age = Date.now() / 1000 - Number(decodeJwt(await tokenFor(persona))['auth_time']);
  if (age >= FRESH_MFA_SECONDS / 2) await tokenFor(persona, { fresh: true });
}
