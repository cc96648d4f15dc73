/** How what the communal partner lists as assigned differs from what is held here. */
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { type SqlBool, sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { Assignment } from './assignments.ts';

export const GREATEST_LIST = 1_000;

export interface Differences {
  /** Requests of which something else is held here, or nothing, and nothing newer. */
  readonly changed: readonly string[];
  /** Open here, and not listed. */
  readonly missing: readonly { readonly request: string; readonly residence: ResidenceKey }[];
}

/** Changes nothing: what differs is to be told, with the instant that it is true of. */
export async function assignmentDifferences(
  transaction: TenantTransaction,
  listed: readonly Omit<Assignment, 'deadline'>[],
): Promise<Differences> {
  const keys = listed.map(({ request }) => request);
  const rows = await transaction
    .selectFrom('assignment')
    .leftJoin('account', (join) =>
      join.onRef('account.tenant', '=', 'assignment.tenant').onRef('account.subject', '=', 'assignment.subject'),
    )
    .select(['assignment.request', 'assignment.residence', 'assignment.subject', 'assignment.as_of', 'account.person'])
    .where(sql<SqlBool>`assignment.request = any(${keys}::text[])`)
    .execute();
  const held = new Map(rows.map((row) => [row.request, row]));
  const changed = listed.filter(({ request, residence, person, asOf }) => {
    const row = held.get(request);
    if (!row || row.as_of < asOf) return true;
    if (row.as_of > asOf || row.subject === null) return false;
    return row.person !== person || row.residence !== residence;
  });
  const missing = await transaction
    .selectFrom('assignment')
    .select(['request', 'residence'])
    .where('subject', 'is not', null)
    .where('until', '>', sql<Date>`now()`)
    .where(sql<SqlBool>`request <> all(${keys}::text[])`)
    .orderBy('request')
    .limit(GREATEST_LIST)
    .execute();
  return { changed: changed.map(({ request }) => request), missing };
}
