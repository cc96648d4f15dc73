/**
 * What waits to go out, whichever way: taken one by one, tried, tried again later, and given up after a while.
 *
 * The next attempt is put off before this one begins: a process that dies in the middle of it leaves a row that is due
 * later, not one that others take up at the same moment. What may have gone out then goes out again, under the same id.
 */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { type Kysely, sql } from 'kysely';
import type { DeliveryOutcome, Tables } from '../database/tables.ts';
import type { InTenant } from '../database/tenant-transaction.ts';

/** `failed`: it may go better later; `refused`: it never will. */
export type Attempt = 'delivered' | 'failed' | 'refused' | 'expired';

export interface Waiting {
  readonly tenant: TenantId;
  readonly key: string;
}

export interface Outbox {
  readonly table: 'letter' | 'webhook_delivery';
  /** Tries it once, in bounded time. What it throws counts as `failed`. */
  attempt(waiting: Waiting): Promise<Attempt>;
}

export interface Patience {
  readonly mostAttempts: number;
  /** Pause after the first attempt; each further one is twice as long. */
  readonly firstPauseSeconds: number;
}

/** The last attempt comes some eight hours after the first. */
export const PATIENCE: Patience = { mostAttempts: 12, firstPauseSeconds: 30 };

const LONGEST_PAUSE_SECONDS = 3_600;
const BATCH = 100;
const TOGETHER = 5;

export interface DeliveryParts {
  /** As the owner of the tables, who sees what is due in all companies. */
  readonly database: Kysely<Tables>;
  readonly asOwner: InTenant;
  readonly patience: Patience;
  observe(outcome: Attempt): void;
}

/** Tries what is due now, some at a time, until nothing is left or `signal` is aborted. */
export async function deliverDue(outbox: Outbox, parts: DeliveryParts, signal: AbortSignal): Promise<void> {
  const due = await parts.database
    .selectFrom(outbox.table)
    .select(['tenant', 'key'])
    .where('outcome', 'is', null)
    .where('due_at', '<=', sql<Date>`now()`)
    .orderBy('due_at')
    .limit(BATCH)
    .execute();
  const rest = due.values();
  const work = async (): Promise<void> => {
    for (const waiting of rest) {
      if (signal.aborted) return;
      await deliver(outbox, waiting, parts);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
}

async function deliver(outbox: Outbox, waiting: Waiting, parts: DeliveryParts): Promise<void> {
  const { asOwner, patience, observe } = parts;
  const attempts = await takeAttempt(asOwner, outbox, waiting, patience);
  if (attempts === undefined) return;
  const attempt = await outbox.attempt(waiting).catch((): Attempt => 'failed');
  observe(attempt);
  if (attempt !== 'failed') await end(asOwner, outbox, waiting, attempt);
  else if (attempts >= patience.mostAttempts) await end(asOwner, outbox, waiting, 'refused');
}

/** @returns the how-manieth it is; undefined when somebody else took it */
function takeAttempt(
  asOwner: InTenant,
  { table }: Outbox,
  { tenant, key }: Waiting,
  { firstPauseSeconds }: Patience,
): Promise<number | undefined> {
  return asOwner(tenant, async (transaction) => {
    const { rows } = await sql<{ attempts: number }>`
      update ${sql.table(table)}
      set attempts = attempts + 1,
        due_at = now() + make_interval(
          secs => least(${firstPauseSeconds}::float8 * power(2, least(attempts, 20)), ${LONGEST_PAUSE_SECONDS}::float8))
      where tenant = ${tenant} and key = ${key} and outcome is null and due_at <= now()
      returning attempts`.execute(transaction);
    return rows[0]?.attempts;
  });
}

/** What was in a letter isn't kept any longer. */
function end(
  asOwner: InTenant,
  { table }: Outbox,
  { tenant, key }: Waiting,
  outcome: DeliveryOutcome,
): Promise<unknown> {
  const wiped = table === 'letter' ? sql`, sealed = null` : sql``;
  return asOwner(tenant, (transaction) =>
    sql`
      update ${sql.table(table)} set outcome = ${outcome}, ended_at = now()${wiped}
      where tenant = ${tenant} and key = ${key} and outcome is null`.execute(transaction),
  );
}
