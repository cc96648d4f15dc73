/** Orders that come twice: with an idempotency key, the second answers as the first and does nothing. */
import { createHash } from 'node:crypto';
import { badUserInput } from '@commonhold/kit/errors.ts';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { TenantTransaction } from '../database/tenant-transaction.ts';

export interface Order {
  readonly tenant: TenantId;
  /** Who gives it: two people who choose the same key don't meet. */
  readonly subject: string;
  readonly idempotencyKey: string;
  readonly operation: string;
  readonly input: unknown;
}

/** For so long the same order is known again; nobody tries one again later than that. */
const KNOWN_DAYS = 30;

const uuid = z.uuid();

/**
 * Does `act`, unless the order was given before, within thirty days.
 *
 * @param act returns the key of what came of it; undefined: nothing, and the order may come again
 * @returns what `act` returned, now or the first time
 * @throws {GraphQLError} BAD_USER_INPUT when the key isn't a UUID (RFC 9562), or came with another order before
 */
export async function once(
  transaction: TenantTransaction,
  { tenant, subject, idempotencyKey, operation, input }: Order,
  act: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const key = uuid.safeParse(idempotencyKey).data?.toLowerCase();
  if (key === undefined) throw badUserInput('input.idempotencyKey', 'has to be a UUID');
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([operation, input]))
    .digest('base64url');
  // Of two at once the second waits for the first, and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${[tenant, subject, key].join('/')}, 1))`.execute(
    transaction,
  );
  const given = await transaction
    .selectFrom('given_order')
    .select(['fingerprint', 'result'])
    .where('subject', '=', subject)
    .where('key', '=', key)
    .executeTakeFirst();
  if (given && given.fingerprint !== fingerprint) {
    throw badUserInput('input.idempotencyKey', 'was used for another order before');
  }
  if (given) return given.result;
  const result = await act();
  if (result !== undefined) {
    await transaction.insertInto('given_order').values({ tenant, subject, key, fingerprint, result }).execute();
  }
  return result;
}

/** @param transaction the owner's */
export async function forgetOldOrders(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  await transaction
    .deleteFrom('given_order')
    .where('tenant', '=', tenant)
    .where('given_at', '<', sql<Date>`now() - make_interval(days => ${KNOWN_DAYS})`)
    .execute();
}
