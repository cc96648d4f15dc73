/** Who at a company's own provider is whom here. */
import { ROLES } from '@commonhold/schema/policy.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { type Actor, readGranting } from './granting.ts';

export interface ProviderSubject {
  readonly issuer: string;
  /** A keyed hash of the `sub` there. */
  readonly providerSubject: string;
}

/**
 * Whether a login at the provider is that person's. The first one binds: from then on, no other `sub` leads to the
 * person, nor that `sub` to anybody else, until the company sets its provider anew.
 *
 * Nobody is let in by it who holds a role that takes two people to grant: one admin alone names the provider, and could
 * be the second person by a provider of their own.
 */
export async function isTheirs(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  { issuer, providerSubject }: ProviderSubject,
): Promise<boolean> {
  const current = await transaction.selectFrom('identity_provider').select('issuer').executeTakeFirst();
  if (current?.issuer !== issuer) return false;
  const { roles } = await readGranting(transaction, subject);
  if ([...roles].some((role) => ROLES[role].needsApproval)) return false;
  await transaction
    .insertInto('federated_login')
    .values({ tenant, issuer, subject_hash: providerSubject, subject })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const bound = await transaction
    .selectFrom('federated_login')
    .select(['subject', 'subject_hash'])
    .where('issuer', '=', issuer)
    .where((where) => where.or([where('subject', '=', subject), where('subject_hash', '=', providerSubject)]))
    .execute();
  return bound.length === 1 && bound.every((one) => one.subject === subject && one.subject_hash === providerSubject);
}
