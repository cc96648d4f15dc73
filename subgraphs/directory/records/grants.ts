/** Roles granted in a company, with reason and end. */
import { encodeId, type ResidenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { GrantReach } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { RoleGrantParent } from '../parents.ts';
import { type GrantState, RESIDENCES, REVOKED_AT, STATE } from './grant-state.ts';
import { isFurtherOn, type NewestFirstPosition } from './newest-first.ts';
import { isOneOf } from './visibility.ts';

export async function readGrants(
  transaction: TenantTransaction,
  keys: readonly string[],
): Promise<readonly RoleGrantParent[]> {
  const rows = await selectGrants(transaction).where(isOneOf('role_grant.key', keys)).execute();
  return rows.flatMap(toGrant);
}

export interface GrantList {
  readonly role: Role | undefined;
  readonly after: NewestFirstPosition | undefined;
  readonly limit: number;
}

export async function listGrants(
  transaction: TenantTransaction,
  { role, after, limit }: GrantList,
): Promise<readonly RoleGrantParent[]> {
  const roles = role === undefined ? Object.keys(ROLES) : [role];
  let listed = selectGrants(transaction).where(isOneOf('role_grant.role', roles));
  if (after) listed = listed.where(isFurtherOn('role_grant', after));
  const rows = await listed.orderBy('role_grant.since', 'desc').orderBy('role_grant.key').limit(limit).execute();
  return rows.flatMap(toGrant);
}

function selectGrants(transaction: TenantTransaction) {
  return transaction
    .selectFrom('role_grant')
    .innerJoin('account', (join) =>
      join.onRef('account.tenant', '=', 'role_grant.tenant').onRef('account.subject', '=', 'role_grant.subject'),
    )
    .select([
      'role_grant.tenant',
      'role_grant.key',
      'role_grant.subject',
      'role_grant.role',
      'role_grant.reach',
      'role_grant.reason',
      'role_grant.since',
      'role_grant.until',
      'role_grant.granted_by as grantedBy',
      'role_grant.approved_by as approvedBy',
      REVOKED_AT.as('revokedAt'),
      'account.person',
      sql<readonly ResidenceKey[]>`array(${RESIDENCES})`.as('residences'),
      sql<readonly string[]>`array(
        select property from role_grant_property as named
        where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
        order by property
      )`.as('properties'),
      STATE.as('state'),
    ]);
}

interface GrantRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly subject: string;
  readonly role: string;
  readonly reach: GrantReach;
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
  readonly person: string | null;
  readonly residences: readonly ResidenceKey[];
  readonly properties: readonly string[];
  readonly grantedBy: string | null;
  readonly approvedBy: string | null;
  readonly revokedAt: Date | null;
  readonly state: GrantState;
}

function toGrant(grant: GrantRow): readonly RoleGrantParent[] {
  const { tenant, key, role, reach, residences, properties, since, until, ...row } = grant;
  if (!isRole(role)) return [];
  return [
    {
      id: encodeId({ tenant, type: 'RoleGrant', residence: undefined, key }),
      key,
      role,
      subject: row.subject,
      person: row.person,
      residences: reach === 'company' ? null : residences,
      properties: reach === 'properties' ? properties : null,
      state: row.state,
      grantedBy: row.grantedBy,
      approvedBy: row.approvedBy,
      revokedAt: row.revokedAt?.toISOString() ?? null,
      reason: row.reason,
      since: since.toISOString(),
      until: until.toISOString(),
    },
  ];
}
