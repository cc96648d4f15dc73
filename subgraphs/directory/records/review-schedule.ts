/** Reviews come again and again: reviewers are told in time, and what nobody starts starts by itself. */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { REVIEWS } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { IS_IN_FORCE } from './grant-state.ts';
import { notify } from './notices.ts';
import { beginReview, REVIEWER_ROLES } from './review-campaigns.ts';

/** To be called now and then. */
export async function keepReviewsGoing(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  const underWay = await transaction
    .selectFrom('review_campaign')
    .select(['key', 'ends_at'])
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (underWay) await remind(transaction, tenant, { review: underWay.key, endsAt: underWay.ends_at });
  else await askForNext(transaction, tenant);
}

/** Once, some days before the end, as long as something waits for a decision. */
async function remind(
  transaction: TenantTransaction,
  tenant: TenantId,
  { review, endsAt }: { readonly review: string; readonly endsAt: Date },
): Promise<void> {
  const { rows } = await sql`
    select from review_campaign as campaign
    where campaign.key = ${review}
      and now() between campaign.ends_at - ${days(REVIEWS.reminderDays)} and campaign.ends_at
      and exists (
        select from review_item join role_grant
          on role_grant.tenant = review_item.tenant and role_grant.key = review_item.role_grant
        where review_item.tenant = campaign.tenant and review_item.campaign = campaign.key
          and review_item.decision is null and role_grant.revoked_at is null and now() < role_grant.until
      )
      and not exists (
        select from notice
        where notice.tenant = campaign.tenant and notice.kind = 'REVIEW_DUE'
          and notice.about ->> 'review' = campaign.key
          and notice.at >= campaign.ends_at - ${days(REVIEWS.reminderDays)}
      )`.execute(transaction);
  if (rows.length === 0) return;
  const about = { review, until: endsAt.toISOString() };
  await notify(transaction, tenant, { kind: 'REVIEW_DUE', to: { roles: REVIEWER_ROLES }, about });
}

/**
 * First those who start reviews are told that the next one is due. Only who was told, and let the time go by, finds one
 * started: where nobody holds that role, nobody could confirm anything, and all rights would end.
 */
async function askForNext(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  const { rows } = await sql<{ told: Date | null; hasStarter: boolean; isOver: boolean }>`
    with last as (
      select coalesce(
        (select max(closed_at) from review_campaign),
        (select min(since) from role_grant)
      ) + ${days(REVIEWS.everyDays)} as due_at
    )
    select
      told.at as told,
      coalesce(told.at + ${days(REVIEWS.patienceDays)} <= now(), false) as "isOver",
      exists (
        select from role_grant join account
          on account.tenant = role_grant.tenant and account.subject = role_grant.subject
        where role_grant.role = ${REVIEWS.startedBy} and ${IS_IN_FORCE}
          and account.suspended_at is null and account.deprovisioned_at is null
      ) as "hasStarter"
    from last left join lateral (
      select min(notice.at) as at from notice
      where notice.kind = 'REVIEW_DUE' and not notice.about ? 'review' and notice.at >= last.due_at
    ) as told on true
    where last.due_at <= now()`.execute(transaction);
  const [due] = rows;
  if (!due?.hasStarter) return;
  if (due.told === null) {
    const until = inDays(REVIEWS.patienceDays).toISOString();
    await notify(transaction, tenant, { kind: 'REVIEW_DUE', to: { role: REVIEWS.startedBy }, about: { until } });
  } else if (due.isOver) {
    const endsAt = inDays(REVIEWS.usualDays);
    const name = `Review of ${new Date().toISOString().slice(0, 10)}`;
    await beginReview(transaction, tenant, { name, endsAt, startedBy: null });
  }
}

function days(count: number) {
  return sql`make_interval(days => ${count}::integer)`;
}

function inDays(count: number): Date {
  return new Date(Date.now() + count * 24 * 60 * 60 * 1000);
}
