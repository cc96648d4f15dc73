/** Where a grant is in its life, as SQL over `role_grant`: said once, for whoever asks. */
import { REVIEWS } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';

export type GrantState = 'PROPOSED' | 'SCHEDULED' | 'IN_FORCE' | 'ENDED' | 'REVOKED';

/**
 * Whether the company would have been left without anybody in this role, had it ended with the review: nobody else in it
 * was confirmed by then. It is looked at as of the review's end, so that nothing that happens later brings a right back.
 * Never null: what nobody approved would otherwise neither end with the review nor be confirmed, and could be approved later.
 */
const WAS_LAST = sql<boolean>`(
  role_grant.role = any(${[...REVIEWS.neverWithout]}::text[])
  and (coalesce(role_grant.approved_at <= role_grant.confirm_by, false) or not role_grant.needs_approval)
  and role_grant.since <= role_grant.confirm_by
  and not exists (
    select from role_grant as other
    join account as holder on holder.tenant = other.tenant and holder.subject = other.subject
    where other.tenant = role_grant.tenant and other.role = role_grant.role and other.reach = 'company'
      and (other.confirm_by is null or other.confirm_by > role_grant.confirm_by)
      and (other.revoked_at is null or other.revoked_at > role_grant.confirm_by)
      and (other.approved_at <= role_grant.confirm_by or not other.needs_approval)
      and other.since <= role_grant.confirm_by and role_grant.confirm_by < other.until
      and holder.kind = 'person'
      and (holder.suspended_at is null or holder.suspended_at > role_grant.confirm_by)
      and (holder.deprovisioned_at is null or holder.deprovisioned_at > role_grant.confirm_by)
  )
)`;

/** Whether a review of it is over in which nobody confirmed it, even if that isn't written down yet. */
export const IS_UNCONFIRMED = sql<boolean>`(
  role_grant.confirm_by is not null and role_grant.confirm_by <= now() and not ${WAS_LAST}
)`;

export const REVOKED_AT = sql<Date | null>`
  coalesce(role_grant.revoked_at, case when ${IS_UNCONFIRMED} then role_grant.confirm_by end)`;

export const STATE = sql<GrantState>`
  case
    when role_grant.revoked_at is not null or ${IS_UNCONFIRMED} then 'REVOKED'
    when role_grant.until <= now() then 'ENDED'
    when role_grant.needs_approval and role_grant.approved_at is null then 'PROPOSED'
    when role_grant.since > now() then 'SCHEDULED'
    else 'IN_FORCE'
  end`;

export const IS_IN_FORCE = sql<boolean>`(
  role_grant.revoked_at is null and not ${IS_UNCONFIRMED}
  and (role_grant.approved_at is not null or not role_grant.needs_approval)
  and role_grant.since <= now() and now() < role_grant.until
)`;

/** From when on it has no effect, unless somebody does something about it. */
export const ENDS_AT = sql<Date>`
  case
    when role_grant.confirm_by > now() then least(role_grant.until, role_grant.confirm_by)
    else role_grant.until
  end`;

/** Whether it is in force, or will be unless somebody does something about it. */
export const IS_OPEN = sql<boolean>`(
  role_grant.revoked_at is null and not ${IS_UNCONFIRMED} and now() < role_grant.until
)`;

/** The residences that a grant names, itself, by their buildings or by what is assigned to its holder now; none for one of the whole company. */
export const RESIDENCES = sql`
  select residence from role_grant_residence as named
  where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
  union
  select residence.key from role_grant_property as named
  join residence on residence.tenant = named.tenant and residence.property = named.property
  where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
  union
  select assignment.residence from assignment
  where role_grant.reach = 'assignments' and assignment.tenant = role_grant.tenant
    and assignment.subject = role_grant.subject and now() < assignment.until
  order by residence`;
