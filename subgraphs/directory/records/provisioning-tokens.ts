/**
 * What a company's identity provider shows to put people in and take them out. A token is shown once, to whoever made
 * it, and kept as a keyed hash. Two may be in force at a time, so that one can take over from the other.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { badUserInput } from '@commonhold/kit/errors.ts';
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { ProvisioningTokenParent } from '../parents.ts';
import type { Actor } from './granting.ts';
import { notify } from './notices.ts';

export interface NewProvisioningToken {
  readonly key: string;
  readonly token: string;
}

export const MOST_TOKENS = 2;
export const LONGEST_DAYS = 365;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const TOKEN_BYTES = 32;

/** Under which subject of the company its provider acts: a service that nobody can log in as. */
export function provisioningSubject(tenant: TenantId): string {
  return `${tenant}:provisioning`;
}

export async function listProvisioningTokens(
  transaction: TenantTransaction,
): Promise<readonly ProvisioningTokenParent[]> {
  const rows = await tokensInForce(transaction)
    .select(['tenant', 'key', 'created_by', 'created_at', 'last_used_at', 'until'])
    .orderBy('created_at')
    .orderBy('key')
    .execute();
  return rows.map((row) => ({
    id: encodeId({ tenant: row.tenant, type: 'ProvisioningToken', residence: undefined, key: row.key }),
    key: row.key,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    until: new Date(row.until).toISOString(),
  }));
}

/** @throws {GraphQLError} BAD_USER_INPUT when it would live too long, or be one too many */
export async function createProvisioningToken(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  hash: KeyedHash,
  until: Date,
): Promise<NewProvisioningToken> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/provisioning-tokens`}, 4))`.execute(transaction);
  const { now } = await transaction.selectNoFrom(sql<Date>`now()`.as('now')).executeTakeFirstOrThrow();
  if (!(until > now)) throw badUserInput('input.until', 'has to lie in the future');
  if (until.getTime() - now.getTime() > LONGEST_DAYS * DAY_MILLISECONDS) {
    throw badUserInput('input.until', `may lie at most ${LONGEST_DAYS} days ahead`);
  }
  if ((await listProvisioningTokens(transaction)).length >= MOST_TOKENS) {
    throw badUserInput('input', `would make a third token: revoke one of the ${MOST_TOKENS} first`);
  }
  const token = `scim_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  await transaction
    .insertInto('account')
    .values({ tenant, subject: provisioningSubject(tenant), kind: 'service', person: null })
    .onConflict((conflict) => conflict.columns(['tenant', 'subject']).doNothing())
    .execute();
  const { key } = await transaction
    .insertInto('provisioning_token')
    .values({ tenant, token_hash: hash(place(tenant, token)), created_by: subject, until })
    .returning('key')
    .executeTakeFirstOrThrow();
  await tellOfTokens(transaction, { tenant, subject });
  return { key, token };
}

/** @returns its key; undefined when there is no such token */
export async function revokeProvisioningToken(
  transaction: TenantTransaction,
  actor: Actor,
  key: string,
): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('provisioning_token')
    .select('key')
    .where('key', '=', key)
    .executeTakeFirst();
  const revoked = await transaction
    .updateTable('provisioning_token')
    .set({ revoked_at: sql`date_trunc('milliseconds', now())` })
    .where('key', '=', key)
    .where('revoked_at', 'is', null)
    .returning('key')
    .executeTakeFirst();
  if (revoked) await tellOfTokens(transaction, actor);
  return row?.key;
}

/** Whether `token` is one of this company's, in force now. That it was used is noted once a minute. */
export async function isProvisioningToken(
  transaction: TenantTransaction,
  tenant: TenantId,
  hash: KeyedHash,
  token: string,
): Promise<boolean> {
  const shown = Buffer.from(hash(place(tenant, token)));
  const rows = await tokensInForce(transaction).select(['key', 'token_hash']).execute();
  const found = rows.filter(({ token_hash }) => timingSafeEqual(Buffer.from(token_hash), shown));
  for (const { key } of found) {
    await transaction
      .updateTable('provisioning_token')
      .set({ last_used_at: sql`date_trunc('milliseconds', now())` })
      .where('key', '=', key)
      .where(sql<boolean>`(last_used_at is null or last_used_at < now() - interval '1 minute')`)
      .execute();
  }
  return found.length > 0;
}

function tokensInForce(transaction: TenantTransaction) {
  return transaction
    .selectFrom('provisioning_token')
    .where('revoked_at', 'is', null)
    .where('until', '>', sql<Date>`now()`);
}

function tellOfTokens(transaction: TenantTransaction, { tenant, subject }: Actor): Promise<void> {
  const about = { by: subject };
  return notify(transaction, tenant, { kind: 'PROVISIONING_CHANGED', to: { role: 'SECURITY_OFFICER' }, about });
}

/** A token of one company is another value at the next. */
function place(tenant: TenantId, token: string): string {
  return `provisioning-token:${tenant}:${token}`;
}
