/**
 * Whatever changes what somebody may do is noted in the very transaction that changes it: the company's access version
 * rises with it, and who has read an older one knows that it is outdated.
 */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';

export type AccessChange =
  /** What a person or service may do has changed. */
  | { readonly kind: 'subject'; readonly subject: string }
  /** A login session has ended. `until`: when the last access token that came of it ends. */
  | { readonly kind: 'session'; readonly session: string; readonly until: Date }
  /** One access token (`jti`) was revoked. `until`: when it ends by itself. */
  | { readonly kind: 'token'; readonly token: string; readonly until: Date };

/** To be called after the change, in its transaction: changes of one company take their turn from here on. */
export async function noteChange(
  transaction: TenantTransaction,
  tenant: TenantId,
  change: AccessChange,
): Promise<void> {
  const { kind } = change;
  const key = keyOf(change);
  if (kind !== 'subject') {
    await transaction
      .insertInto('ended_login')
      .values({ tenant, kind, key, until: change.until })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'kind', 'key'])
          .doUpdateSet({ until: sql<Date>`greatest(ended_login.until, excluded.until)` }),
      )
      .execute();
  }
  const { version } = await transaction
    .insertInto('access_version')
    .values({ tenant, version: 1 })
    .onConflict((conflict) => conflict.column('tenant').doUpdateSet({ version: sql`access_version.version + 1` }))
    .returning('version')
    .executeTakeFirstOrThrow();
  await transaction.insertInto('access_change').values({ tenant, version, kind, key }).execute();
  transaction.accessChanges?.();
}

function keyOf(change: AccessChange): string {
  switch (change.kind) {
    case 'subject':
      return change.subject;
    case 'session':
      return change.session;
    case 'token':
      return change.token;
  }
}

/** To be read before what it is the version of: what is read after it may be newer, and never older. */
export async function readVersion(transaction: TenantTransaction): Promise<number> {
  const row = await transaction.selectFrom('access_version').select('version').executeTakeFirst();
  return Number(row?.version ?? 0);
}

const FORGOTTEN_SECONDS = 3_600;

/** Removes what everybody has heard of, and endings of what would have ended by itself. As the tables' owner. */
export async function forgetOldChanges(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  await transaction
    .deleteFrom('access_change')
    .where('tenant', '=', tenant)
    .where('at', '<', sql<Date>`now() - make_interval(secs => ${FORGOTTEN_SECONDS})`)
    .execute();
  await transaction
    .deleteFrom('ended_login')
    .where('tenant', '=', tenant)
    .where('until', '<', sql<Date>`now() - make_interval(secs => ${FORGOTTEN_SECONDS})`)
    .execute();
}

/** Whether the access token, or the login session that it came of, has ended before its time. */
export async function hasEnded(
  transaction: TenantTransaction,
  { session, token }: { readonly session?: string | undefined; readonly token?: string | undefined },
): Promise<boolean> {
  const row = await transaction
    .selectFrom('ended_login')
    .select('key')
    .where((where) =>
      where.or([where.and({ kind: 'session', key: session ?? '' }), where.and({ kind: 'token', key: token ?? '' })]),
    )
    .executeTakeFirst();
  return row !== undefined;
}
