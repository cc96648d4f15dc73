/** People who may do nothing for now, whatever they were granted. */
import { errorOf } from '@commonhold/kit/errors.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { readAccess } from './access.ts';
import { noteChange } from './access-changes.ts';
import type { Actor } from './granting.ts';
import { notify } from './notices.ts';

export interface Suspension {
  /** Key of the person. */
  readonly person: string;
  readonly reason: string;
}

/**
 * @returns the person's key; undefined when there is no such person, or they have no account
 * @throws {GraphQLError} FORBIDDEN for oneself
 */
export async function suspendPerson(
  transaction: TenantTransaction,
  actor: Actor,
  { person, reason }: Suspension,
): Promise<string | undefined> {
  const account = await changeable(transaction, actor, person);
  if (!account) return undefined;
  if (account.suspended_at) return person;
  await transaction
    .updateTable('account')
    .set({
      suspended_at: sql`date_trunc('milliseconds', now())`,
      suspended_by: actor.subject,
      suspension_reason: reason,
    })
    .where('subject', '=', account.subject)
    .execute();
  await changed(transaction, actor, account.subject, 'PERSON_SUSPENDED');
  return person;
}

/**
 * What the person was granted is in force again, as far as it hasn't ended meanwhile.
 *
 * @returns the person's key; undefined when there is no such person, or they have no account
 * @throws {GraphQLError} FORBIDDEN for oneself
 */
export async function reinstatePerson(
  transaction: TenantTransaction,
  actor: Actor,
  { person }: Pick<Suspension, 'person'>,
): Promise<string | undefined> {
  const account = await changeable(transaction, actor, person);
  if (!account) return undefined;
  if (!account.suspended_at) return person;
  await transaction
    .updateTable('account')
    .set({ suspended_at: null, suspended_by: null, suspension_reason: null })
    .where('subject', '=', account.subject)
    .execute();
  await changed(transaction, actor, account.subject, 'PERSON_REINSTATED');
  return person;
}

async function changed(
  transaction: TenantTransaction,
  { tenant }: Actor,
  subject: string,
  kind: 'PERSON_SUSPENDED' | 'PERSON_REINSTATED',
): Promise<void> {
  await notify(transaction, tenant, { kind, to: subject, about: {} });
  await noteChange(transaction, tenant, { kind: 'subject', subject });
}

async function changeable(transaction: TenantTransaction, { subject }: Actor, person: string) {
  const { grants } = await readAccess(transaction, subject);
  const isGranting = grants.some(({ role }) => role === 'COMPANY_ADMIN' || role === 'SECURITY_OFFICER');
  if (!isGranting) throw errorOf('FORBIDDEN', 'Your roles do not include suspending people.');
  const account = await transaction
    .selectFrom('account')
    .select(['subject', 'suspended_at'])
    .where('person', '=', person)
    .forUpdate()
    .executeTakeFirst();
  if (account?.subject === subject) throw errorOf('FORBIDDEN', 'Nobody suspends or reinstates themselves.');
  return account;
}
