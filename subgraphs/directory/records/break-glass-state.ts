/** Where a broken glass is in its life, as SQL over `break_glass`: said once, for whoever asks. */
import { sql } from 'kysely';

export type BreakGlassState = 'IN_FORCE' | 'REVIEW_DUE' | 'REVIEW_OVERDUE' | 'REVIEWED';

/** Whether its rights are in force. */
export const IS_BROKEN = sql<boolean>`(
  break_glass.reviewed_at is null and break_glass.ended_at is null and now() < break_glass.until
)`;

export const BREAK_GLASS_STATE = sql<BreakGlassState>`
  case
    when break_glass.reviewed_at is not null then 'REVIEWED'
    when break_glass.ended_at is null and now() < break_glass.until then 'IN_FORCE'
    when now() < break_glass.review_due then 'REVIEW_DUE'
    else 'REVIEW_OVERDUE'
  end`;

/** The residences on which `account`'s rights of a broken glass are in force. */
export const BROKEN_RESIDENCES = sql`
  select named.residence
  from break_glass join break_glass_residence as named
    on named.tenant = break_glass.tenant and named.break_glass = break_glass.key
  where break_glass.tenant = account.tenant and break_glass.subject = account.subject and ${IS_BROKEN}
  order by named.residence`;
