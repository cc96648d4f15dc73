/** What is kept of broken glasses, for those who review them and those who broke them. */
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { BREAK_GLASS } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { BreakGlassOutcome } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { BreakGlassParent } from '../parents.ts';
import { BREAK_GLASS_STATE, type BreakGlassState, IS_BROKEN } from './break-glass-state.ts';
import { isFurtherOn, type NewestFirstPosition } from './newest-first.ts';

export async function readBreakGlass(
  transaction: TenantTransaction,
  key: string,
): Promise<BreakGlassParent | undefined> {
  const row = await selectBroken(transaction).where('break_glass.key', '=', key).executeTakeFirst();
  return row && toParent(row);
}

export interface BreakGlassList {
  /** Only those of this subject; undefined: all of the company. */
  readonly subject: string | undefined;
  /** Only those that nobody has reviewed. */
  readonly isOpenOnly: boolean;
  readonly after: NewestFirstPosition | undefined;
  readonly limit: number;
}

/** Newest first. */
export async function listBreakGlass(
  transaction: TenantTransaction,
  { subject, isOpenOnly, after, limit }: BreakGlassList,
): Promise<readonly BreakGlassParent[]> {
  let listed = selectBroken(transaction);
  if (subject !== undefined) listed = listed.where('break_glass.subject', '=', subject);
  if (isOpenOnly) listed = listed.where('break_glass.reviewed_at', 'is', null);
  if (after) listed = listed.where(isFurtherOn('break_glass', after));
  const rows = await listed.orderBy('break_glass.since', 'desc').orderBy('break_glass.key').limit(limit).execute();
  return rows.map(toParent);
}

/** What somebody holds by a broken glass, as the role that it conflicts as. */
export async function readBrokenGlass(transaction: TenantTransaction, subject: string) {
  const rows = await transaction
    .selectFrom('break_glass')
    .select(['key', 'since', 'until'])
    .select(
      sql<readonly string[]>`array(
        select residence from break_glass_residence as named
        where named.tenant = break_glass.tenant and named.break_glass = break_glass.key
      )`.as('residences'),
    )
    .where('subject', '=', subject)
    .where(IS_BROKEN)
    .execute();
  return rows.map(({ residences, ...times }) => ({
    ...times,
    role: BREAK_GLASS.conflictsAs,
    reach: 'residences' as const,
    residences: new Set(residences),
  }));
}

function selectBroken(transaction: TenantTransaction) {
  return transaction
    .selectFrom('break_glass')
    .innerJoin('account', (join) =>
      join.onRef('account.tenant', '=', 'break_glass.tenant').onRef('account.subject', '=', 'break_glass.subject'),
    )
    .select([
      'break_glass.tenant',
      'break_glass.key',
      'break_glass.subject',
      'account.person',
      'break_glass.reason',
      'break_glass.since',
      'break_glass.until',
      'break_glass.ended_at as endedAt',
      'break_glass.review_due as reviewDue',
      'break_glass.reviewed_by as reviewedBy',
      'break_glass.reviewed_at as reviewedAt',
      'break_glass.outcome',
      'break_glass.remark',
      BREAK_GLASS_STATE.as('state'),
      sql<readonly string[]>`array(
        select property.name || ' ' || residence.number
        from break_glass_residence as named
        join residence on residence.tenant = named.tenant and residence.key = named.residence
        join property on property.tenant = residence.tenant and property.key = residence.property
        where named.tenant = break_glass.tenant and named.break_glass = break_glass.key
        order by property.name, residence.number
      )`.as('places'),
    ]);
}

interface BreakGlassRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly subject: string;
  readonly person: string | null;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
  readonly endedAt: Date | null;
  readonly reviewDue: Date;
  readonly reviewedBy: string | null;
  readonly reviewedAt: Date | null;
  readonly outcome: BreakGlassOutcome | null;
  readonly remark: string | null;
  readonly state: BreakGlassState;
  readonly places: readonly string[];
}

function toParent({ tenant, since, until, endedAt, reviewDue, reviewedAt, ...row }: BreakGlassRow): BreakGlassParent {
  return {
    ...row,
    id: encodeId({ tenant, type: 'BreakGlass', residence: undefined, key: row.key }),
    since: since.toISOString(),
    until: (endedAt ?? until).toISOString(),
    reviewDue: reviewDue.toISOString(),
    reviewedAt: reviewedAt?.toISOString() ?? null,
  };
}
