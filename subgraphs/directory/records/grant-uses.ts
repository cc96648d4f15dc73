/** On which day each grant was used last: a row each, written at most once a day. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';

/** @param grants keys; what was written today stays untouched, whichever replica wrote it */
export async function writeUses(
  transaction: TenantTransaction,
  tenant: TenantId,
  grants: readonly string[],
): Promise<void> {
  // In the order of their keys, so that two replicas never wait for each other.
  await sql`
    insert into grant_use (tenant, role_grant, last_used_on)
    select role_grant.tenant, role_grant.key, ${TODAY}
    from role_grant
    left join grant_use as known on known.tenant = role_grant.tenant and known.role_grant = role_grant.key
    where role_grant.tenant = ${tenant} and role_grant.key = any(${[...grants]}::text[])
      and (known.last_used_on is null or known.last_used_on < ${TODAY})
    order by role_grant.key
    on conflict (tenant, role_grant) do update set last_used_on = excluded.last_used_on
      where grant_use.last_used_on < excluded.last_used_on`.execute(transaction);
}

const TODAY = sql`(now() at time zone 'UTC')::date`;
