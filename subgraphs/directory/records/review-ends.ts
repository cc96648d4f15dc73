/**
 * The end of a review, written down: by then, what nobody confirmed has had no effect any more since the very instant
 * (`grant-state.ts`), so that nothing hangs on when this is done.
 */
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { ITEM_STATE, type ReviewItemState } from './review-state.ts';
import { type GrantToEnd, writeUnconfirmed } from './revocation.ts';
import { isOneOf } from './visibility.ts';

/** Writes down the end of the company's review if it has come; once, whoever calls it how often. */
export async function endReview(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  const campaign = await transaction
    .selectFrom('review_campaign')
    .select('key')
    .where('closed_at', 'is', null)
    .where('ends_at', '<=', sql<Date>`now()`)
    .forUpdate()
    .executeTakeFirst();
  if (!campaign) return;
  const items = await lockUndecided(transaction, campaign.key);
  const inState = (wanted: ReviewItemState) => items.filter(({ state }) => state === wanted);
  for (const outcome of ['UNCONFIRMED', 'LEFT'] as const) {
    const keys = inState(outcome).map(({ item }) => item);
    await transaction.updateTable('review_item').set({ outcome }).where(isOneOf('key', keys)).execute();
  }
  await letStay(transaction, inState('LEFT'));
  await writeUnconfirmed(transaction, tenant, inState('UNCONFIRMED'), campaign.key);
  await settleItems(transaction, campaign.key);
  await transaction
    .updateTable('review_campaign')
    .set({ closed_at: sql<Date>`ends_at` })
    .where('key', '=', campaign.key)
    .execute();
}

/** Of what nobody decided and is nothing else: its grant had ended by itself, or somebody revoked it. */
export async function settleItems(transaction: TenantTransaction, campaign: string): Promise<void> {
  await transaction
    .updateTable('review_item')
    .set({ outcome: 'SETTLED' })
    .where('campaign', '=', campaign)
    .where('decision', 'is', null)
    .where('outcome', 'is', null)
    .execute();
}

interface UndecidedItem extends GrantToEnd {
  readonly item: string;
  readonly state: ReviewItemState;
}

async function lockUndecided(transaction: TenantTransaction, campaign: string): Promise<readonly UndecidedItem[]> {
  return transaction
    .selectFrom('review_item')
    .innerJoin('role_grant', (join) =>
      join.onRef('role_grant.tenant', '=', 'review_item.tenant').onRef('role_grant.key', '=', 'review_item.role_grant'),
    )
    .select(['review_item.key as item', 'role_grant.key', 'role_grant.subject', 'role_grant.role'])
    .select(ITEM_STATE.as('state'))
    .where('review_item.campaign', '=', campaign)
    .where('review_item.decision', 'is', null)
    .orderBy('role_grant.key')
    .forUpdate()
    .execute();
}

async function letStay(transaction: TenantTransaction, grants: readonly GrantToEnd[]): Promise<void> {
  const keys = grants.map(({ key }) => key);
  await transaction.updateTable('role_grant').set({ confirm_by: null }).where(isOneOf('key', keys)).execute();
}
