/** What a subject may do at this instant: read anew each time, so that a right that ended is gone at once. */
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { GrantReach } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { IS_IN_FORCE, RESIDENCES } from './grant-state.ts';

export interface Access {
  /** Whether there is such a subject, and it isn't suspended. */
  readonly active: boolean;
  readonly kind: 'person' | 'service';
  /** Key of the person; null for a service. */
  readonly person: string | null;
  readonly grants: readonly GrantInForce[];
}

export interface GrantInForce {
  readonly role: Role;
  /** undefined: the whole company. */
  readonly residences: readonly ResidenceKey[] | undefined;
}

const UNKNOWN: Access = { active: false, kind: 'person', person: null, grants: [] };

interface AccessRow {
  readonly kind: 'person' | 'service';
  readonly person: string | null;
  readonly active: boolean;
  readonly role: string | null;
  readonly reach: GrantReach | null;
  readonly residences: readonly ResidenceKey[];
}

/** One query, by the primary key of the account and the index of its grants. */
export async function readAccess(transaction: TenantTransaction, subject: string): Promise<Access> {
  const { rows } = await sql<AccessRow>`
    select
      account.kind, account.person, account.suspended_at is null as active, role_grant.role, role_grant.reach,
      array(${RESIDENCES}) as residences
    from account
    left join role_grant
      on role_grant.tenant = account.tenant and role_grant.subject = account.subject
      and ${IS_IN_FORCE}
    where account.subject = ${subject}
    order by role_grant.key`.execute(transaction);
  const [account] = rows;
  if (!account) return UNKNOWN;
  const { active, kind, person } = account;
  return { active, kind, person, grants: active ? rows.flatMap(toGrant) : [] };
}

/** A role that this version doesn't know grants nothing, and one that is for residences never the whole company. */
function toGrant({ role, reach, residences }: AccessRow): readonly GrantInForce[] {
  if (role === null || !isRole(role)) return [];
  const isForCompany = reach === 'company' && ROLES[role].reach === 'company';
  return [{ role, residences: isForCompany ? undefined : residences }];
}
