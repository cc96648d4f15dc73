/** That a version of a partner's API ends, told to those who manage the company's integrations. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { notify } from './notices.ts';

export interface VersionEnd {
  readonly partner: string;
  readonly version: string;
  /** When it ends, as far as the partner says. */
  readonly until?: string | undefined;
}

/** Tells it once, however many processes notice it and however often they start. */
export async function tellOfVersionEnd(
  transaction: TenantTransaction,
  tenant: TenantId,
  { partner, version, until }: VersionEnd,
): Promise<void> {
  const about = { partner, version, ...(until === undefined ? {} : { until }) };
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/version-ends`}, 5))`.execute(transaction);
  const told = await transaction
    .selectFrom('notice')
    .select('key')
    .where('kind', '=', 'PARTNER_VERSION_ENDING')
    .where(sql<boolean>`about = ${JSON.stringify(about)}::jsonb`)
    .executeTakeFirst();
  if (told) return;
  await notify(transaction, tenant, { kind: 'PARTNER_VERSION_ENDING', to: { role: 'INTEGRATION_MANAGER' }, about });
}
