/**
 * Recovery of a lost login needs three: whoever asks is shown a code, somebody else makes sure who they are and approves
 * with that code, and the link to a new login goes to the person's own address alone. Who approves never sees the link;
 * who reads the person's mail can't have it sent; and of two who ask, the code tells which one was spoken to.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import { ROLES } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { RecoveryRequestParent } from '../parents.ts';
import { endAllLogins } from './deprovisioning.ts';
import { type Actor, readGranting } from './granting.ts';
import { postLetter } from './letters.ts';
import { notify } from './notices.ts';
import { openColumn } from './sealed-person.ts';

/** As long as it may wait for somebody, and as long as the link is good. */
const HOURS = 24;
/** Of one person within a day: whoever asks in their name can't send notices without end. */
const MOST_REQUESTS = 3;
/** Guesses of a code before the request is over. */
const MOST_WRONG_CODES = 5;
/** How long the address of who holds a role that takes two people has to be as it is. */
const SETTLED_DAYS = 7;
const SECRET_BYTES = 32;
const APPROVERS = ['SECURITY_OFFICER', 'COMPANY_ADMIN'] as const;

export interface Recovering {
  readonly tenant: TenantId;
  readonly transaction: TenantTransaction;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
}

export interface RecoveringPerson {
  readonly subject: string;
  readonly loginName: string;
  readonly name: string;
}

/** Notes that somebody asks. The same code again, somebody without an account here, and one too many change nothing. */
export async function askForRecovery(
  { tenant, transaction, hash }: Omit<Recovering, 'envelope'>,
  subject: string,
  code: string,
): Promise<void> {
  const account = await transaction
    .selectFrom('account')
    .select('person')
    .where('subject', '=', subject)
    .where('kind', '=', 'person')
    .forUpdate()
    .executeTakeFirst();
  if (!account?.person) return;
  const { count } = await transaction
    .selectFrom('recovery_request')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('subject', '=', subject)
    .where('asked_at', '>', sql<Date>`now() - interval '1 day'`)
    .executeTakeFirstOrThrow();
  if (Number(count) >= MOST_REQUESTS) return;
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto('recovery_request')
    .values({ tenant, subject, code_hash: codeHash(hash, tenant, code), until: inHours() })
    .onConflict((conflict) => conflict.columns(['tenant', 'subject', 'code_hash']).doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) return;
  await notify(transaction, tenant, { kind: 'FACTOR_LOST', to: subject, about: {} });
  await notify(transaction, tenant, { kind: 'RECOVERY_ASKED', to: { roles: APPROVERS }, about: {} });
}

/** Those that wait for a decision, the oldest first. */
export async function listRecoveryRequests(transaction: TenantTransaction): Promise<readonly RecoveryRequestParent[]> {
  const rows = await open(transaction)
    .innerJoin('account', 'account.subject', 'recovery_request.subject')
    .select([
      'recovery_request.tenant',
      'recovery_request.key',
      'recovery_request.asked_at',
      'recovery_request.until',
      'account.person',
    ])
    .orderBy('recovery_request.asked_at')
    .orderBy('recovery_request.key')
    .execute();
  return rows.map((row) => ({
    id: encodeId({ tenant: row.tenant, type: 'RecoveryRequest', residence: undefined, key: row.key }),
    key: row.key,
    person: row.person,
    askedAt: row.asked_at.toISOString(),
    until: new Date(row.until).toISOString(),
  }));
}

/**
 * Sends the link, when the code is right. A wrong one is counted; after too many the request is over.
 *
 * @returns the request's key; undefined when there is none that waits, the code is wrong, or the person has no address
 * @throws {GraphQLError} FORBIDDEN for oneself, BAD_USER_INPUT when the link could go to whom the company's provider chose
 */
export async function approveRecovery(
  recovering: Recovering & { readonly issuerUrl: string },
  actor: Actor,
  key: string,
  code: string,
): Promise<string | undefined> {
  const { tenant, transaction, envelope, hash, issuerUrl } = recovering;
  const request = await lock(transaction, actor, key);
  if (!request) return undefined;
  const [kept, typed] = [Buffer.from(request.code_hash), Buffer.from(codeHash(hash, tenant, code))];
  if (!timingSafeEqual(kept, typed)) {
    const wrong_codes = request.wrong_codes + 1;
    await transaction.updateTable('recovery_request').set({ wrong_codes }).where('key', '=', key).execute();
    return undefined;
  }
  const person = await readPerson(recovering, request.subject);
  if (!person) return undefined;
  if (await mayBeElsewhere(transaction, request.subject)) {
    throw badUserInput(
      'input.request',
      `is of somebody whom the company's provider altered within ${SETTLED_DAYS} days`,
    );
  }
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const until = inHours();
  await transaction
    .updateTable('recovery_request')
    .set({
      decision: 'approved',
      decided_by: actor.subject,
      decided_at: sql<Date>`date_trunc('milliseconds', now())`,
      link_hash: linkHash(hash, tenant, secret),
      link_until: until,
    })
    .where('key', '=', key)
    .execute();
  await postLetter(transaction, tenant, envelope, {
    address: person.loginName,
    subject: 'Commonhold: your new login',
    text: letterText(person.name, `${issuerUrl}/recovery/${tenant}.${secret}`),
    until,
  });
  return key;
}

/** @returns the request's key; undefined when there is none that waits @throws {GraphQLError} FORBIDDEN for oneself */
export async function refuseRecovery(
  transaction: TenantTransaction,
  actor: Actor,
  key: string,
): Promise<string | undefined> {
  const request = await lock(transaction, actor, key);
  if (!request) return undefined;
  await transaction
    .updateTable('recovery_request')
    .set({ decision: 'refused', decided_by: actor.subject, decided_at: sql<Date>`date_trunc('milliseconds', now())` })
    .where('key', '=', key)
    .execute();
  return key;
}

/**
 * Whom a link is for, while it is good.
 *
 * @param token as it stands in the link: `<company>.<secret>`
 * @param isRedeemed whether it is used up by this, and with it all other links and all logins of that person
 */
export async function readRecovery(
  recovering: Recovering,
  token: string,
  isRedeemed: boolean,
): Promise<RecoveringPerson | undefined> {
  const { tenant, transaction, hash } = recovering;
  const [company, secret, ...rest] = token.split('.');
  if (company !== tenant || secret === undefined || rest.length > 0) return undefined;
  const row = await transaction
    .selectFrom('recovery_request')
    .select('subject')
    .where('link_hash', '=', linkHash(hash, tenant, secret))
    .where('redeemed_at', 'is', null)
    .where('link_until', '>', sql<Date>`now()`)
    .forUpdate()
    .executeTakeFirst();
  const person = row && (await readPerson(recovering, row.subject));
  if (person && isRedeemed) {
    await transaction
      .updateTable('recovery_request')
      .set({ redeemed_at: sql<Date>`date_trunc('milliseconds', now())` })
      .where('subject', '=', person.subject)
      .where('redeemed_at', 'is', null)
      .execute();
    // Whoever has what was lost may be logged in by it, or about to be.
    await endAllLogins(transaction, { tenant, subject: person.subject });
  }
  return person;
}

/**
 * One admin alone can have the provider alter an address, ask in the person's name and approve that: they would hold by
 * themselves a role that takes two people to grant. So its holders are given time to notice.
 */
async function mayBeElsewhere(transaction: TenantTransaction, subject: string): Promise<boolean> {
  const { roles } = await readGranting(transaction, subject);
  if (![...roles].some((role) => ROLES[role].needsApproval)) return false;
  const altered = await transaction
    .selectFrom('provisioned_user')
    .select('key')
    .where('key', '=', subject)
    .where('version', '>', 1)
    .where('modified_at', '>', sql<Date>`now() - make_interval(days => ${SETTLED_DAYS})`)
    .executeTakeFirst();
  return altered !== undefined;
}

/** Who asked and who decided is known for a year. @param transaction the owner's */
export async function removeOldRequests(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  await transaction
    .deleteFrom('recovery_request')
    .where('tenant', '=', tenant)
    .where('asked_at', '<', sql<Date>`now() - interval '1 year'`)
    .execute();
}

/** undefined: suspended, or without an address. */
async function readPerson(
  { tenant, transaction, envelope }: Recovering,
  subject: string,
): Promise<RecoveringPerson | undefined> {
  const row = await transaction
    .selectFrom('account')
    .innerJoin('person', 'person.key', 'account.person')
    .select(['person.key', 'person.sealed_name', 'person.sealed_email'])
    .where('account.subject', '=', subject)
    .where('account.suspended_at', 'is', null)
    .where('account.deprovisioned_at', 'is', null)
    .executeTakeFirst();
  if (!row?.sealed_email) return undefined;
  const place = { tenant, key: row.key };
  return {
    subject,
    loginName: await openColumn(envelope, place, 'email', row.sealed_email),
    name: await openColumn(envelope, place, 'name', row.sealed_name),
  };
}

function open(transaction: TenantTransaction) {
  return transaction
    .selectFrom('recovery_request')
    .where('recovery_request.decision', 'is', null)
    .where('recovery_request.redeemed_at', 'is', null)
    .where('recovery_request.wrong_codes', '<', MOST_WRONG_CODES)
    .where('recovery_request.until', '>', sql<Date>`now()`);
}

async function lock(transaction: TenantTransaction, { subject }: Actor, key: string) {
  const request = await open(transaction)
    .select(['recovery_request.subject', 'recovery_request.code_hash', 'recovery_request.wrong_codes'])
    .where('recovery_request.key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (request?.subject === subject) throw errorOf('FORBIDDEN', 'Nobody decides on their own recovery.');
  return request;
}

function letterText(name: string, link: string): string {
  return [
    `Hello ${name},`,
    '',
    'somebody in your company has made sure that it was you who lost what you log in with. Set up a new login here:',
    '',
    link,
    '',
    `The link is good for ${HOURS} hours, and once. What you logged in with before stops working then, and all your sessions end.`,
    'If you did not ask for this, do not use the link, and tell your security officer at once.',
    '',
  ].join('\n');
}

function inHours(): Date {
  return new Date(Date.now() + HOURS * 60 * 60 * 1000 - 1000);
}

/** Letter case, spaces and dashes don't matter. */
function codeHash(hash: KeyedHash, tenant: TenantId, code: string): string {
  return hash(`recovery-code:${tenant}:${code.toUpperCase().replaceAll(/[^A-Z2-7]/g, '')}`);
}

function linkHash(hash: KeyedHash, tenant: TenantId, secret: string): string {
  return hash(`recovery-link:${tenant}:${secret}`);
}
