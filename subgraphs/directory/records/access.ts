/** What a subject may do at this instant: read anew each time, so that a right that ended is gone at once. */
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { BREAK_GLASS, BRIEFING, isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { GrantReach } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { BROKEN_RESIDENCES, IS_BROKEN } from './break-glass-state.ts';
import { ENDS_AT, IS_IN_FORCE, IS_OPEN, RESIDENCES } from './grant-state.ts';

export interface Access {
  /** Whether there is such a subject, neither suspended nor taken out by the company's own provider. */
  readonly active: boolean;
  readonly kind: 'person' | 'service';
  /** Key of the person; null for a service. */
  readonly person: string | null;
  readonly grants: readonly GrantInForce[];
  /** The residences on which the person has broken the glass. */
  readonly breakGlass: readonly ResidenceKey[];
  /** Versions of the security briefing that the person confirmed within a year. */
  readonly briefed: readonly string[];
}

export interface GrantInForce {
  readonly key: string;
  readonly role: Role;
  /** undefined: the whole company. */
  readonly residences: readonly ResidenceKey[] | undefined;
}

const UNKNOWN: Access = { active: false, kind: 'person', person: null, grants: [], breakGlass: [], briefed: [] };

interface AccessRow {
  readonly kind: 'person' | 'service';
  readonly person: string | null;
  readonly active: boolean;
  readonly grant: string | null;
  readonly role: string | null;
  readonly reach: GrantReach | null;
  readonly residences: readonly ResidenceKey[];
  readonly broken: readonly ResidenceKey[];
  readonly briefed: readonly string[];
}

const BRIEFING_YEAR = sql`make_interval(days => ${BRIEFING.everyDays})`;

const BRIEFED = sql`
  select distinct given.version from briefing_confirmation as given
  where given.tenant = account.tenant and given.subject = account.subject
    and given.confirmed_at + ${BRIEFING_YEAR} > now()`;

/** One query, by the primary key of the account and the index of its grants. */
export async function readAccess(transaction: TenantTransaction, subject: string): Promise<Access> {
  const { rows } = await sql<AccessRow>`
    select
      account.kind, account.person,
      account.suspended_at is null and account.deprovisioned_at is null as active,
      role_grant.key as grant, role_grant.role, role_grant.reach,
      array(${RESIDENCES}) as residences, array(${BROKEN_RESIDENCES}) as broken, array(${BRIEFED}) as briefed
    from account
    left join role_grant
      on role_grant.tenant = account.tenant and role_grant.subject = account.subject
      and ${IS_IN_FORCE}
    where account.subject = ${subject}
    order by role_grant.key`.execute(transaction);
  const [account] = rows;
  if (!account) return UNKNOWN;
  const { active, kind, person, broken, briefed } = account;
  const grants = active ? rows.flatMap(toGrant) : [];
  return { active, kind, person, grants, breakGlass: mayBreakGlass(grants) ? broken : [], briefed };
}

/** Whoever loses the role by which they broke the glass loses with it what they took. */
export function mayBreakGlass(grants: readonly GrantInForce[]): boolean {
  return grants.some(({ role }) => BREAK_GLASS.brokenBy.some((breaking) => breaking === role));
}

/**
 * For how many milliseconds the answer of `readAccess` stays as it is unless somebody changes something: until the next
 * grant begins or ends, or a broken glass, an assignment or the year since a briefing does. Whatever else depends on the
 * time has to be said here too. null: for good.
 */
export async function readUnchangedFor(transaction: TenantTransaction, subject: string): Promise<number | null> {
  const { rows } = await sql<{ milliseconds: string | null }>`
    select floor(extract(epoch from min(instant) - now()) * 1000) as milliseconds
    from (
      select case when since > now() then least(since, ${ENDS_AT}) else ${ENDS_AT} end as instant
      from role_grant where subject = ${subject} and ${IS_OPEN}
      union all
      select until from break_glass where subject = ${subject} and ${IS_BROKEN}
      union all
      select until from assignment where subject = ${subject} and now() < until
      union all
      select confirmed_at + ${BRIEFING_YEAR}
      from briefing_confirmation where subject = ${subject} and confirmed_at + ${BRIEFING_YEAR} > now()
    ) as turns`.execute(transaction);
  const milliseconds = rows[0]?.milliseconds ?? null;
  return milliseconds === null ? null : Number(milliseconds);
}

/** A role that this version doesn't know grants nothing, and one that is for residences never the whole company. */
function toGrant({ grant: key, role, reach, residences }: AccessRow): readonly GrantInForce[] {
  if (key === null || role === null || !isRole(role)) return [];
  const isForCompany = reach === 'company' && ROLES[role].reach === 'company';
  return [{ key, role, residences: isForCompany ? undefined : residences }];
}
