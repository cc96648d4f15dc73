/**
 * Invitations: whoever was put in by their company's provider sets up a first login by a link that goes to their work
 * address. It holds a secret that is kept as a keyed hash, is good for seven days, and once.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { postLetter } from './letters.ts';
import { personOf, readUser, type UserRecords } from './provisioned-users.ts';

const DAYS = 7;
const SECRET_BYTES = 32;

export interface InvitedPerson {
  readonly subject: string;
  readonly loginName: string;
  readonly name: string;
}

/** What invites: a company's users, and where people log in. */
export type Inviting = UserRecords & { readonly issuerUrl: string };

/**
 * Sends an invitation, in place of any before. Whoever is inactive, or has no address, gets none.
 *
 * @returns the person's key; undefined when there is no such user, or none is sent
 */
export async function inviteUser(inviting: Inviting, person: string): Promise<string | undefined> {
  const { transaction, tenant, envelope, hash, issuerUrl } = inviting;
  const user = await readUser(inviting, person);
  const { name, email } = user ? personOf(person, user.profile) : { name: '', email: null };
  if (!user?.isActive || email === null) return undefined;
  await transaction.deleteFrom('invitation').where('person', '=', person).where('redeemed_at', 'is', null).execute();
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const until = new Date(Date.now() + DAYS * 24 * 60 * 60 * 1000);
  await transaction
    .insertInto('invitation')
    .values({ tenant, token_hash: hash(place(tenant, secret)), person, until })
    .execute();
  await postLetter(transaction, tenant, envelope, {
    address: email,
    subject: 'Commonhold: your invitation',
    text: letterText(name, user.profile.userName, `${issuerUrl}/invitation/${tenant}.${secret}`, until),
    until,
  });
  return person;
}

/**
 * Whom an invitation is for, while it is good: neither used, nor over, nor replaced, nor of somebody inactive.
 *
 * @param token as it stands in the link: `<company>.<secret>`
 * @param isRedeemed whether it is used up by this
 */
export async function readInvitation(
  records: UserRecords,
  token: string,
  isRedeemed: boolean,
): Promise<InvitedPerson | undefined> {
  const { transaction, tenant, hash } = records;
  const [company, secret, ...rest] = token.split('.');
  if (company !== tenant || secret === undefined || rest.length > 0) return undefined;
  const token_hash = hash(place(tenant, secret));
  const row = await transaction
    .selectFrom('invitation')
    .select(['person', 'token_hash'])
    .where('token_hash', '=', token_hash)
    .where('redeemed_at', 'is', null)
    .where('until', '>', sql<Date>`now()`)
    .forUpdate()
    .executeTakeFirst();
  if (!row || !timingSafeEqual(Buffer.from(row.token_hash), Buffer.from(token_hash))) return undefined;
  const user = await readUser(records, row.person);
  if (!user?.isActive || (await isSuspended(transaction, row.person))) return undefined;
  if (isRedeemed) {
    await transaction
      .updateTable('invitation')
      .set({ redeemed_at: sql<Date>`now()` })
      .where('token_hash', '=', token_hash)
      .execute();
  }
  return { subject: user.key, loginName: user.profile.userName, name: personOf(user.key, user.profile).name };
}

/**
 * The person's address is another one by now: what went to the one before is of no use any more, since it may have been
 * somebody else's, and another invitation goes out in its place.
 */
export async function inviteElsewhere(inviting: Inviting, person: string): Promise<void> {
  const { numDeletedRows } = await inviting.transaction
    .deleteFrom('invitation')
    .where('person', '=', person)
    .where('redeemed_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numDeletedRows > 0n) await inviteUser(inviting, person);
}

/** What was never used and is over for good. @param transaction the owner's */
export async function removeOldInvitations(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  await transaction
    .deleteFrom('invitation')
    .where('tenant', '=', tenant)
    .where('redeemed_at', 'is', null)
    .where('until', '<', sql<Date>`now() - interval '30 days'`)
    .execute();
}

/** Whether somebody has used an invitation, and so has a way to log in. */
export async function hasAccepted(transaction: TenantTransaction, person: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('invitation')
    .select('person')
    .where('person', '=', person)
    .where('redeemed_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

async function isSuspended(transaction: TenantTransaction, subject: string): Promise<boolean> {
  const account = await transaction
    .selectFrom('account')
    .select('suspended_at')
    .where('subject', '=', subject)
    .executeTakeFirst();
  return account?.suspended_at !== null;
}

function letterText(name: string, userName: string, link: string, until: Date): string {
  return [
    `Hello ${name},`,
    '',
    'your company has given you an account at Commonhold. Set up how you log in here:',
    '',
    link,
    '',
    `Your login name is ${userName}. The link is good until ${until.toISOString().slice(0, 16).replace('T', ' ')} UTC, and once.`,
    'If you did not expect this, leave it: without the link nobody can use the account.',
    '',
  ].join('\n');
}

function place(tenant: TenantId, secret: string): string {
  return `invitation:${tenant}:${secret}`;
}
