/**
 * The outbox: letters that go out by mail once the transaction that wrote them is done, and not otherwise. Address and
 * text are sealed as long as the letter waits, and removed when it has been delivered or given up.
 */
import { randomUUID } from 'node:crypto';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { TenantTransaction } from '../database/tenant-transaction.ts';

const letter = z.object({ address: z.string(), subject: z.string(), text: z.string() });

export interface Letter extends Readonly<z.infer<typeof letter>> {
  /** To whom: one mail address. */
  readonly address: string;
  /** Stands open in the logs of mail servers: neither personal data nor a secret. */
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  /** After this instant it is of no use any more, and not sent. */
  readonly until: Date;
}

/**
 * Puts a letter into the outbox in the transaction of what it tells of.
 *
 * @returns its key
 *
 * @example
 * await postLetter(transaction, tenant, envelope, { address, subject: 'Your invitation', text, until });
 */
export async function postLetter(
  transaction: TenantTransaction,
  tenant: TenantId,
  envelope: Envelope,
  { until, ...content }: Letter,
): Promise<string> {
  const key = randomUUID();
  const sealed = await envelope.seal(JSON.stringify(content), letterPlace(tenant, key));
  await transaction.insertInto('letter').values({ tenant, key, sealed, until }).execute();
  return key;
}

/** @throws {Error} when it was sealed for another row, under another key, or altered */
export async function openLetter(
  envelope: Envelope,
  { tenant, key, sealed }: { readonly tenant: TenantId; readonly key: string; readonly sealed: string },
): Promise<z.infer<typeof letter>> {
  return letter.parse(JSON.parse(await envelope.open(sealed, letterPlace(tenant, key))));
}

/**
 * What came too late is given up, also where there is no mail server. That a letter ended, and how, is known for thirty
 * days. @param transaction the owner's
 */
export async function endLetters(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  await transaction
    .updateTable('letter')
    .set({ sealed: null, outcome: 'expired', ended_at: new Date() })
    .where('tenant', '=', tenant)
    .where('outcome', 'is', null)
    .where('until', '<=', sql<Date>`now()`)
    .execute();
  for (const table of ['letter', 'webhook_delivery'] as const) {
    await transaction
      .deleteFrom(table)
      .where('tenant', '=', tenant)
      .where('ended_at', '<', sql<Date>`now() - interval '30 days'`)
      .execute();
  }
}

export function letterPlace(tenant: TenantId, key: string): string {
  return `letter:${tenant}:${key}`;
}
