/** What a review lists, by person. */
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { GrantReach, ReviewBecause, ReviewDecision } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { ReviewCountsParent, ReviewItemParent } from '../parents.ts';
import { RESIDENCES } from './grant-state.ts';
import { ITEM_STATE, type ReviewItemState } from './review-state.ts';
import { isOneOf } from './visibility.ts';

/** Where an item stands in its list. */
export interface ReviewItemPosition {
  readonly subject: string;
  readonly key: string;
}

export interface ReviewItemList {
  /** Key of the review. */
  readonly review: string;
  readonly state: ReviewItemState | undefined;
  readonly proposal: ReviewDecisionProposal | undefined;
  readonly after: ReviewItemPosition | undefined;
  readonly limit: number;
}

export type ReviewDecisionProposal = 'KEEP' | 'REMOVE';

export async function listReviewItems(
  transaction: TenantTransaction,
  { review, state, proposal, after, limit }: ReviewItemList,
): Promise<readonly ReviewItemParent[]> {
  let listed = selectItems(transaction).where('review_item.campaign', '=', review);
  if (state) listed = listed.where(sql<boolean>`${ITEM_STATE} = ${state}`);
  if (proposal) listed = listed.where(isOneOf('review_item.because', BECAUSE_OF[proposal]));
  if (after) {
    listed = listed.where(sql<boolean>`(review_item.subject, review_item.key) > (${after.subject}, ${after.key})`);
  }
  const rows = await listed.orderBy('review_item.subject').orderBy('review_item.key').limit(limit).execute();
  return rows.map(toItem);
}

/** In no particular order. */
export async function readReviewItems(
  transaction: TenantTransaction,
  keys: readonly string[],
): Promise<readonly ReviewItemParent[]> {
  const rows = await selectItems(transaction).where(isOneOf('review_item.key', keys)).execute();
  return rows.map(toItem);
}

export function proposalOf(because: ReviewBecause): ReviewDecisionProposal {
  return BECAUSE_OF.KEEP.includes(because) ? 'KEEP' : 'REMOVE';
}

const NO_ITEMS: Readonly<Record<ReviewItemState, number>> = {
  UNDECIDED: 0,
  KEPT: 0,
  REVOKED: 0,
  UNCONFIRMED: 0,
  SETTLED: 0,
  LEFT: 0,
};

export async function countReviewItems(transaction: TenantTransaction, review: string): Promise<ReviewCountsParent> {
  const rows = await joined(transaction)
    .select([ITEM_STATE.as('state'), sql<number>`count(*)::integer`.as('count')])
    .where('review_item.campaign', '=', review)
    .groupBy(sql`1`)
    .execute();
  const counts = { ...NO_ITEMS, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) };
  return {
    total: rows.reduce((sum, { count }) => sum + count, 0),
    undecided: counts.UNDECIDED,
    kept: counts.KEPT,
    revoked: counts.REVOKED,
    unconfirmed: counts.UNCONFIRMED,
    settled: counts.SETTLED,
    left: counts.LEFT,
  };
}

const BECAUSE_OF: Readonly<Record<ReviewDecisionProposal, readonly ReviewBecause[]>> = {
  KEEP: ['USED', 'NEW'],
  REMOVE: ['UNUSED', 'NEVER_USED'],
};

/** As many of the places that a grant is limited to as a reviewer needs to know it by. */
const MOST_PLACES = 10;

function joined(transaction: TenantTransaction) {
  return transaction
    .selectFrom('review_item')
    .innerJoin('role_grant', (join) =>
      join.onRef('role_grant.tenant', '=', 'review_item.tenant').onRef('role_grant.key', '=', 'review_item.role_grant'),
    );
}

function selectItems(transaction: TenantTransaction) {
  return joined(transaction).select([
    'review_item.tenant',
    'review_item.key',
    'review_item.role_grant as grant',
    'review_item.subject',
    sql<string | null>`review_item.last_used_on::text`.as('lastUsedOn'),
    'review_item.because',
    'review_item.decision',
    'review_item.decided_by as decidedBy',
    'review_item.decided_at as decidedAt',
    'review_item.remark',
    'role_grant.reach',
    ITEM_STATE.as('state'),
    sql<number>`(select count(*)::integer from (${RESIDENCES}) as reached)`.as('residenceCount'),
    sql<readonly string[]>`array(
      select property.name from role_grant_property as named
      join property on property.tenant = named.tenant and property.key = named.property
      where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
      union all
      select property.name || ', ' || residence.number from role_grant_residence as named
      join residence on residence.tenant = named.tenant and residence.key = named.residence
      join property on property.tenant = residence.tenant and property.key = residence.property
      where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
      order by 1 limit ${MOST_PLACES}
    )`.as('places'),
  ]);
}

interface ItemRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly grant: string;
  readonly subject: string;
  readonly lastUsedOn: string | null;
  readonly because: ReviewBecause;
  readonly decision: ReviewDecision | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly remark: string | null;
  readonly reach: GrantReach;
  readonly state: ReviewItemState;
  readonly residenceCount: number;
  readonly places: readonly string[];
}

function toItem({ tenant, key, because, reach, ...row }: ItemRow): ReviewItemParent {
  return {
    ...row,
    id: encodeId({ tenant, type: 'ReviewItem', residence: undefined, key }),
    key,
    because,
    proposal: proposalOf(because),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    reach: REACHES[reach],
    residenceCount: reach === 'company' ? null : row.residenceCount,
  };
}

const REACHES = {
  company: 'COMPANY',
  properties: 'PROPERTIES',
  residences: 'RESIDENCES',
  assignments: 'ASSIGNMENTS',
} as const;
