/** Where an item of a review is, as SQL over `review_item` joined with its `role_grant`. */
import { sql } from 'kysely';
import { IS_UNCONFIRMED } from './grant-state.ts';

export type ReviewItemState = 'UNDECIDED' | 'KEPT' | 'REVOKED' | 'UNCONFIRMED' | 'SETTLED' | 'LEFT';

/** Of what nobody decided, the grant says what became of it until the review's end is written down. */
export const ITEM_STATE = sql<ReviewItemState>`
  case
    when review_item.decision = 'KEEP' then 'KEPT'
    when review_item.decision = 'REVOKE' then 'REVOKED'
    when review_item.outcome is not null then review_item.outcome
    when role_grant.revoked_at is not null then 'SETTLED'
    when role_grant.until <= least(now(), role_grant.confirm_by) then 'SETTLED'
    when ${IS_UNCONFIRMED} then 'UNCONFIRMED'
    when role_grant.confirm_by <= now() then 'LEFT'
    else 'UNDECIDED'
  end`;
