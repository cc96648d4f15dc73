/** Where a grant is in its life, as SQL over `role_grant`: said once, for whoever asks. */
import { sql } from 'kysely';

export type GrantState = 'PROPOSED' | 'SCHEDULED' | 'IN_FORCE' | 'ENDED' | 'REVOKED';

export const STATE = sql<GrantState>`
  case
    when role_grant.revoked_at is not null then 'REVOKED'
    when role_grant.until <= now() then 'ENDED'
    when role_grant.needs_approval and role_grant.approved_at is null then 'PROPOSED'
    when role_grant.since > now() then 'SCHEDULED'
    else 'IN_FORCE'
  end`;

export const IS_IN_FORCE = sql<boolean>`(
  role_grant.revoked_at is null
  and (role_grant.approved_at is not null or not role_grant.needs_approval)
  and role_grant.since <= now() and now() < role_grant.until
)`;

/** Whether it is in force, or will be unless somebody does something about it. */
export const IS_OPEN = sql<boolean>`(role_grant.revoked_at is null and now() < role_grant.until)`;

/** The residences that a grant names, itself or by their buildings; none for one of the whole company. */
export const RESIDENCES = sql`
  select residence from role_grant_residence as named
  where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
  union
  select residence.key from role_grant_property as named
  join residence on residence.tenant = named.tenant and residence.property = named.property
  where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
  order by residence`;
