/** A company's own identity provider: set by its admins, read by the issuer at each login. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { Actor } from './granting.ts';
import { notify } from './notices.ts';

export interface IdentityProvider {
  /** Issuer identifier, where its OpenID configuration is found (OpenID Connect Discovery 1.0). */
  readonly issuer: string;
  /** What our issuer is called there. */
  readonly clientId: string;
  /** The claim that names a person as the company's provisioning does. */
  readonly accountClaim: 'email' | 'preferred_username';
  /** What stands in `aud` of our client assertions (RFC 7523); the issuer unless the provider wants another. */
  readonly assertionAudience: 'issuer' | 'token-endpoint';
  /** `acr` values that mean two factors there. */
  readonly mfaAcr: readonly string[];
  /** Combinations of `amr` values that mean two factors there, such as `pwd+otp`. */
  readonly mfaAmr: readonly string[];
}

const MOST_VALUES = 20;
const LONGEST_VALUE = 200;
const VALUE = /^[\x21-\x7e]+$/;

export async function readIdentityProvider(
  transaction: TenantTransaction,
): Promise<(IdentityProvider & { readonly setAt: string }) | undefined> {
  const row = await transaction.selectFrom('identity_provider').selectAll().executeTakeFirst();
  return (
    row && {
      issuer: row.issuer,
      clientId: row.client_id,
      accountClaim: row.account_claim,
      assertionAudience: row.assertion_audience,
      mfaAcr: row.mfa_acr,
      mfaAmr: row.mfa_amr,
      setAt: new Date(row.set_at).toISOString(),
    }
  );
}

/**
 * Sets the company's only one, in place of any before.
 *
 * @param isPlainAllowed whether an address on this machine may be http, as in development
 * @throws {GraphQLError} BAD_USER_INPUT naming the field
 */
export async function setIdentityProvider(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  provider: IdentityProvider,
  isPlainAllowed: boolean,
): Promise<string> {
  assertIssuer(provider.issuer, isPlainAllowed);
  assertValue(provider.clientId, 'input.clientId');
  assertValues(provider.mfaAcr, 'input.multiFactorAcr');
  assertValues(provider.mfaAmr, 'input.multiFactorAmr');
  const values = {
    issuer: provider.issuer,
    client_id: provider.clientId,
    account_claim: provider.accountClaim,
    assertion_audience: provider.assertionAudience,
    mfa_acr: [...provider.mfaAcr],
    mfa_amr: [...provider.mfaAmr],
    set_by: subject,
    set_at: sql<Date>`date_trunc('milliseconds', now())`,
  };
  await transaction
    .insertInto('identity_provider')
    .values({ tenant, ...values })
    .onConflict((conflict) => conflict.column('tenant').doUpdateSet(values))
    .execute();
  await tellOfficers(transaction, { tenant, subject });
  return tenant;
}

/** Nobody logs in by it from now on, nor is anybody known by it who comes back after another one. */
export async function removeIdentityProvider(transaction: TenantTransaction, actor: Actor): Promise<string> {
  const { numDeletedRows } = await transaction.deleteFrom('identity_provider').executeTakeFirstOrThrow();
  await transaction.deleteFrom('federated_login').execute();
  if (numDeletedRows > 0n) await tellOfficers(transaction, actor);
  return actor.tenant;
}

function tellOfficers(transaction: TenantTransaction, { tenant, subject }: Actor): Promise<void> {
  const about = { by: subject };
  return notify(transaction, tenant, { kind: 'IDENTITY_PROVIDER_CHANGED', to: { role: 'SECURITY_OFFICER' }, about });
}

function assertIssuer(issuer: string, isPlainAllowed: boolean): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const isSecure = url?.protocol === 'https:' || (isPlainAllowed && url?.hostname === 'localhost');
  // RFC 8414, section 2: neither query nor fragment.
  if (!url || !isSecure || url.search || url.hash || url.username || issuer.length > LONGEST_VALUE) {
    throw badUserInput('input.issuer', 'has to be an https address without query and fragment');
  }
}

function assertValues(values: readonly string[], field: string): void {
  if (values.length > MOST_VALUES) throw badUserInput(field, `has to name at most ${MOST_VALUES}`);
  for (const value of values) assertValue(value, field);
}

function assertValue(value: string, field: string): void {
  if (value.length > LONGEST_VALUE || !VALUE.test(value)) {
    throw badUserInput(field, `has to have 1 to ${LONGEST_VALUE} printable ASCII characters without spaces`);
  }
}
