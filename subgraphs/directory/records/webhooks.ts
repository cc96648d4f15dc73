/** Where a company has its notices sent to. A secret is shown once, to whoever asked for it, and kept sealed. */
import { randomBytes, randomUUID } from 'node:crypto';
import { badUserInput } from '@commonhold/kit/errors.ts';
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { WebhookParent } from '../parents.ts';
import type { Actor } from './granting.ts';

/** Standard Webhooks: 24 to 64 bytes in base64, after this prefix. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const MOST_WEBHOOKS = 10;
/** How long calls are signed with the secret before, too. */
export const OVERLAP_HOURS = 24;

export interface NewSecret {
  readonly key: string;
  readonly secret: string;
}

export async function listWebhooks(transaction: TenantTransaction): Promise<readonly WebhookParent[]> {
  const rows = await transaction
    .selectFrom('webhook')
    .select(['tenant', 'key', 'url', 'created_by', 'created_at', 'previous_until'])
    .where('removed_at', 'is', null)
    .orderBy('created_at')
    .orderBy('key')
    .execute();
  return rows.map((row) => ({
    id: encodeId({ tenant: row.tenant, type: 'Webhook', residence: undefined, key: row.key }),
    key: row.key,
    url: row.url,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    previousSecretUntil: row.previous_until?.toISOString() ?? null,
  }));
}

/** @throws {GraphQLError} BAD_USER_INPUT when the company has as many as it may */
export async function createWebhook(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  envelope: Envelope,
  url: string,
): Promise<NewSecret> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/webhooks`}, 3))`.execute(transaction);
  if ((await listWebhooks(transaction)).length >= MOST_WEBHOOKS) {
    throw badUserInput('input.url', `would be one too many: remove one of the ${MOST_WEBHOOKS} first`);
  }
  const made = makeSecret(randomUUID());
  const sealed_secret = await seal(envelope, tenant, made);
  await transaction
    .insertInto('webhook')
    .values({ tenant, key: made.key, url, sealed_secret, created_by: subject })
    .execute();
  return made;
}

/** @returns undefined when there is no such webhook */
export async function rotateSecret(
  transaction: TenantTransaction,
  { tenant }: Actor,
  envelope: Envelope,
  key: string,
): Promise<NewSecret | undefined> {
  const made = makeSecret(key);
  const sealed = await seal(envelope, tenant, made);
  const rotated = await transaction
    .updateTable('webhook')
    .set((column) => ({
      sealed_secret: sealed,
      sealed_previous_secret: column.ref('sealed_secret'),
      previous_until: sql<Date>`date_trunc('milliseconds', now()) + make_interval(hours => ${OVERLAP_HOURS})`,
    }))
    .where('key', '=', key)
    .where('removed_at', 'is', null)
    .returning('key')
    .executeTakeFirst();
  return rotated && made;
}

/** Nothing is sent there from now on, not even what waits. @returns its key; undefined when there is no such webhook */
export async function removeWebhook(transaction: TenantTransaction, key: string): Promise<string | undefined> {
  const row = await transaction.selectFrom('webhook').select('key').where('key', '=', key).executeTakeFirst();
  await transaction
    .updateTable('webhook')
    .set({ sealed_secret: null, sealed_previous_secret: null, previous_until: null, removed_at: sql<Date>`now()` })
    .where('key', '=', key)
    .where('removed_at', 'is', null)
    .execute();
  return row?.key;
}

export interface SealedSecrets {
  /** The webhook's key. */
  readonly key: string;
  readonly sealedSecret: string;
  readonly sealedPreviousSecret: string | null;
  readonly previousUntil: Date | null;
}

/** The secrets that a call is signed with now, the newest first. */
export async function openSecrets(
  envelope: Envelope,
  tenant: TenantId,
  { key, sealedSecret, sealedPreviousSecret, previousUntil }: SealedSecrets,
): Promise<readonly string[]> {
  const isOverlapping = previousUntil !== null && previousUntil > new Date();
  const sealed = [sealedSecret, ...(isOverlapping && sealedPreviousSecret !== null ? [sealedPreviousSecret] : [])];
  return Promise.all(sealed.map((secret) => envelope.open(secret, webhookPlace(tenant, key))));
}

function makeSecret(key: string): NewSecret {
  return { key, secret: `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}` };
}

function seal(envelope: Envelope, tenant: TenantId, { key, secret }: NewSecret): Promise<string> {
  return envelope.seal(secret, webhookPlace(tenant, key));
}

export function webhookPlace(tenant: TenantId, key: string): string {
  return `webhook.secret:${tenant}:${key}`;
}
