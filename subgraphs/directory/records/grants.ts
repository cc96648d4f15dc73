/** Roles granted in a company, with reason and end. */
import { encodeId, type ResidenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { RoleGrantParent } from '../parents.ts';
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
      'account.person',
      sql<readonly ResidenceKey[]>`array(
        select residence from role_grant_residence as named
        where named.tenant = role_grant.tenant and named.role_grant = role_grant.key
        order by residence
      )`.as('residences'),
    ]);
}

interface GrantRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly subject: string;
  readonly role: string;
  readonly reach: 'company' | 'residences';
  readonly reason: string;
  readonly since: Date;
  readonly until: Date;
  readonly person: string | null;
  readonly residences: readonly ResidenceKey[];
}

function toGrant({ tenant, key, role, reach, residences, since, until, ...row }: GrantRow): readonly RoleGrantParent[] {
  if (!isRole(role)) return [];
  return [
    {
      id: encodeId({ tenant, type: 'RoleGrant', residence: undefined, key }),
      key,
      role,
      subject: row.subject,
      person: row.person,
      residences: reach === 'company' ? null : residences,
      reason: row.reason,
      since: since.toISOString(),
      until: until.toISOString(),
    },
  ];
}
