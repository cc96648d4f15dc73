/** People are told fourteen days, and again three days, before a role of theirs ends. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { IS_IN_FORCE } from './grant-state.ts';
import { notify } from './notices.ts';

/** Whoever got a role for less time than that has known of its end all along. */
export async function tellOfEndingGrants(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  const { rows } = await sql<{ key: string; subject: string; role: string; until: Date }>`
    select distinct role_grant.key, role_grant.subject, role_grant.role, role_grant.until
    from role_grant cross join (values (interval '14 days'), (interval '3 days')) as ahead (span)
    where ${IS_IN_FORCE}
      and now() >= role_grant.until - span and role_grant.since <= role_grant.until - span
      and not exists (
        select from notice
        where notice.tenant = role_grant.tenant and notice.kind = 'GRANT_ENDING'
          and notice.about ->> 'grant' = role_grant.key and notice.at >= role_grant.until - span
      )`.execute(transaction);
  for (const { key, subject, role, until } of rows) {
    const about = { grant: key, role, until: until.toISOString() };
    await notify(transaction, tenant, { kind: 'GRANT_ENDING', to: subject, about });
  }
}
