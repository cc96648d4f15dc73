/** Reviews of a company: begun, listed, closed. What nobody confirmed at the end is in `review-ends.ts`. */
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { REVIEWS } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { ReviewCampaignParent } from '../parents.ts';
import { readAccess } from './access.ts';
import { IS_OPEN } from './grant-state.ts';
import type { Actor } from './granting.ts';
import type { NewestFirstPosition } from './newest-first.ts';
import { notify } from './notices.ts';
import { endReview, settleItems } from './review-ends.ts';
import { ITEM_STATE } from './review-state.ts';

export interface ReviewOrder {
  readonly name: string;
  readonly endsAt: Date;
}

export interface StartedReview {
  /** Of the review that is under way. */
  readonly key: string;
  /** Whether it is the one that was asked for; otherwise another one was under way. */
  readonly isNew: boolean;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Lists all grants that are open now; none of them has any effect from the end of the review on, unless somebody confirms
 * it before.
 *
 * @throws {GraphQLError} FORBIDDEN, or BAD_USER_INPUT naming the field
 */
export async function startReview(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  { name, endsAt }: ReviewOrder,
): Promise<StartedReview> {
  await assertMayManage(transaction, subject);
  const days = (endsAt.getTime() - Date.now()) / DAY_MILLISECONDS;
  // A second of patience for whoever counts the days by another clock.
  const slack = 1_000 / DAY_MILLISECONDS;
  if (days < REVIEWS.shortestDays - slack || days > REVIEWS.longestDays + slack) {
    throw badUserInput('input.endsAt', `has to lie ${REVIEWS.shortestDays} to ${REVIEWS.longestDays} days ahead`);
  }
  return beginReview(transaction, tenant, { name, endsAt, startedBy: subject });
}

/** Begins one, unless one is under way. @param startedBy null: nobody in particular */
export async function beginReview(
  transaction: TenantTransaction,
  tenant: TenantId,
  { name, endsAt, startedBy }: ReviewOrder & { readonly startedBy: string | null },
): Promise<StartedReview> {
  // Of two at once the second waits for the first, and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenant}, 3))`.execute(transaction);
  await endReview(transaction, tenant);
  const underWay = await readOpenKey(transaction);
  if (underWay !== undefined) return { key: underWay, isNew: false };
  const { key } = await transaction
    .insertInto('review_campaign')
    .values({ tenant, name, started_by: startedBy, ends_at: endsAt })
    .returning('key')
    .executeTakeFirstOrThrow();
  await listOpenGrants(transaction, key, endsAt);
  const about = { review: key, until: endsAt.toISOString() };
  await notify(transaction, tenant, { kind: 'REVIEW_DUE', to: { roles: REVIEWER_ROLES }, about });
  return { key, isNew: true };
}

/**
 * Closes a review before its end, when nothing waits for a decision any more; otherwise, and when it is closed already,
 * it stays as it is.
 *
 * @returns its key; undefined when there is none
 * @throws {GraphQLError} FORBIDDEN
 */
export async function closeReview(
  transaction: TenantTransaction,
  { subject }: Actor,
  key: string,
): Promise<string | undefined> {
  await assertMayManage(transaction, subject);
  const campaign = await transaction
    .selectFrom('review_campaign')
    .select('closed_at')
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (!campaign) return undefined;
  if (campaign.closed_at) return key;
  const waiting = await transaction
    .selectFrom('review_item')
    .innerJoin('role_grant', (join) =>
      join.onRef('role_grant.tenant', '=', 'review_item.tenant').onRef('role_grant.key', '=', 'review_item.role_grant'),
    )
    .select('review_item.key')
    .where('review_item.campaign', '=', key)
    .where(sql<boolean>`${ITEM_STATE} in ('UNDECIDED', 'UNCONFIRMED', 'LEFT')`)
    .executeTakeFirst();
  if (waiting) return key;
  await settleItems(transaction, key);
  await transaction
    .updateTable('review_campaign')
    .set({ closed_at: sql<Date>`date_trunc('milliseconds', now())` })
    .where('key', '=', key)
    .execute();
  return key;
}

/** @throws {GraphQLError} FORBIDDEN unless the subject may start, close and export reviews at this instant */
export async function assertMayManage(transaction: TenantTransaction, subject: string): Promise<void> {
  const { grants } = await readAccess(transaction, subject);
  if (!grants.some(({ role }) => role === REVIEWS.startedBy)) {
    throw errorOf('FORBIDDEN', 'Your roles do not include managing reviews.');
  }
}

export async function readReview(transaction: TenantTransaction, key: string): Promise<ReviewCampaignParent | null> {
  const row = await selectCampaigns(transaction).where('key', '=', key).executeTakeFirst();
  return row ? toCampaign(row) : null;
}

/** Newest first. */
export async function listReviews(
  transaction: TenantTransaction,
  { after, limit }: { readonly after: NewestFirstPosition | undefined; readonly limit: number },
): Promise<readonly ReviewCampaignParent[]> {
  let listed = selectCampaigns(transaction);
  if (after) {
    const { since, key } = after;
    listed = listed.where(sql<boolean>`(started_at < ${since} or (started_at = ${since} and key > ${key}))`);
  }
  const rows = await listed.orderBy('started_at', 'desc').orderBy('key').limit(limit).execute();
  return rows.map(toCampaign);
}

/** Who decides on something in a review. */
export const REVIEWER_ROLES = Object.keys(REVIEWS.decidedBy) as readonly (keyof typeof REVIEWS.decidedBy)[];

async function readOpenKey(transaction: TenantTransaction): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('review_campaign')
    .select('key')
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  return row?.key;
}

/** In one statement: what is listed is what has to be confirmed. */
async function listOpenGrants(transaction: TenantTransaction, campaign: string, endsAt: Date): Promise<void> {
  await sql`
    with listed as (
      update role_grant set confirm_by = ${endsAt}
      where ${IS_OPEN}
      returning tenant, key, subject, greatest(since, use_noted_from) as noted_from
    )
    insert into review_item (tenant, campaign, role_grant, subject, last_used_on, because)
    select
      listed.tenant, ${campaign}, listed.key, listed.subject, grant_use.last_used_on,
      case
        when grant_use.last_used_on > ${LONG_AGO} then 'USED'
        when grant_use.last_used_on is not null then 'UNUSED'
        when (listed.noted_from at time zone 'UTC')::date > ${LONG_AGO} then 'NEW'
        else 'NEVER_USED'
      end
    from listed
    left join grant_use on grant_use.tenant = listed.tenant and grant_use.role_grant = listed.key`.execute(transaction);
}

const LONG_AGO = sql<Date>`((now() at time zone 'UTC')::date - ${REVIEWS.unusedDays}::integer)`;

function selectCampaigns(transaction: TenantTransaction) {
  return transaction
    .selectFrom('review_campaign')
    .select(['tenant', 'key', 'name', 'started_by', 'started_at', 'ends_at', 'closed_at'])
    .select(sql<boolean>`(closed_at is null and now() < ends_at)`.as('isOpen'));
}

interface CampaignRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly name: string;
  readonly started_by: string | null;
  readonly started_at: Date;
  readonly ends_at: Date;
  readonly closed_at: Date | null;
  readonly isOpen: boolean;
}

function toCampaign({ tenant, key, name, isOpen, ...row }: CampaignRow): ReviewCampaignParent {
  return {
    id: encodeId({ tenant, type: 'ReviewCampaign', residence: undefined, key }),
    key,
    name,
    startedBy: row.started_by,
    startedAt: row.started_at.toISOString(),
    endsAt: row.ends_at.toISOString(),
    state: isOpen ? 'OPEN' : 'CLOSED',
    closedAt: row.closed_at?.toISOString() ?? (isOpen ? null : row.ends_at.toISOString()),
  };
}
