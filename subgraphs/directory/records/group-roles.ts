/**
 * Which role a group of the company's provider gives: whoever comes into the group is granted it, whoever leaves loses
 * it, in the same transaction. A grant of a group ends as any other does, counted from when it was given.
 *
 * What one member may not be granted, because it conflicts with what they hold, the others are granted all the same;
 * company admins are told of whom that is.
 */
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import type { GrantReach } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { noteChange } from './access-changes.ts';
import { mayGrant, refusalOfConflicts, refusalOfTerms } from './grant-rules.ts';
import { IS_OPEN } from './grant-state.ts';
import { type Actor, holdStill, readGranting, readOpenGrants, residencesOf, writeGrant } from './granting.ts';
import { notify } from './notices.ts';
import { membersOf } from './provisioned-groups.ts';
import { provisioningSubject } from './provisioning-tokens.ts';
import { writeRevocation } from './revocation.ts';
import { isOneOf } from './visibility.ts';

export interface GroupRole {
  readonly role: Role;
  readonly reach: GrantReach;
  readonly properties: readonly string[];
  readonly residences: readonly ResidenceKey[];
  /** How long each grant lasts. */
  readonly days: number;
}

export interface SetGroupRole extends GroupRole {
  readonly setBy: string;
  readonly setAt: Date;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The roles of those of `groups` that give one. */
export async function readGroupRoles(
  transaction: TenantTransaction,
  groups: readonly string[],
): Promise<ReadonlyMap<string, SetGroupRole>> {
  const rows = await transaction.selectFrom('group_role').selectAll().where(isOneOf('of_group', groups)).execute();
  return new Map(
    rows.flatMap(({ of_group, role, reach, properties, residences, days, set_by, set_at }) =>
      isRole(role)
        ? [[of_group, { role, reach, properties, residences, days, setBy: set_by, setAt: set_at }] as const]
        : [],
    ),
  );
}

/**
 * Sets what a group gives, in place of any before: its members are granted it anew.
 *
 * @returns the group's key; undefined when there is no such building or residence
 * @throws {GraphQLError} FORBIDDEN, or BAD_USER_INPUT naming the field
 */
export async function setGroupRole(
  transaction: TenantTransaction,
  actor: Actor,
  group: string,
  given: GroupRole,
): Promise<string | undefined> {
  const { role, reach, properties, residences, days } = given;
  const by = await readGranting(transaction, actor.subject);
  if (!mayGrant(by, role)) throw errorOf('FORBIDDEN', `Your roles do not include granting ${role}.`);
  if (ROLES[role].needsApproval) {
    throw badUserInput('input.role', 'takes two people to grant, so that no group can give it');
  }
  if (days < 1) throw badUserInput('input.days', 'has to be at least 1');
  const reached = await residencesOf(transaction, given);
  if (!reached) return undefined;
  const now = new Date();
  const terms = { subject: '', role, reach, residences: reached, since: now, until: endOf(now, days) };
  const refusal = refusalOfTerms(terms, now);
  if (refusal?.kind === 'wrong') throw badUserInput(refusal.field.replace('until', 'days'), refusal.problem);
  await removeGroupRole(transaction, actor, group);
  await transaction
    .insertInto('group_role')
    .values({
      ...{ tenant: actor.tenant, of_group: group, role, reach, days, set_by: actor.subject },
      properties: [...properties],
      residences: [...residences],
    })
    .execute();
  const members = (await membersOf({ transaction }, [group])).get(group) ?? new Set();
  await grantByGroup(transaction, actor, group, [...members]);
  return group;
}

/** The group gives nothing from now on, and what it gave is revoked. @param actor in whose name */
export async function removeGroupRole(transaction: TenantTransaction, actor: Actor, group: string): Promise<string> {
  await revokeByGroup(transaction, actor, group, undefined);
  await transaction.deleteFrom('group_role').where('of_group', '=', group).execute();
  return group;
}

/** Grants what the group gives to `people` who have come into it. */
export async function grantByGroup(
  transaction: TenantTransaction,
  { tenant }: Pick<Actor, 'tenant'>,
  group: string,
  people: readonly string[],
): Promise<void> {
  const given = (await readGroupRoles(transaction, [group])).get(group);
  const reached = given && (await residencesOf(transaction, given));
  if (!given || !reached) return;
  const { role, reach, properties, days, setBy } = given;
  for (const subject of people) {
    await holdStill(transaction, tenant, subject);
    const since = new Date();
    const terms = { role, reach, residences: reached, since, until: endOf(since, days) };
    // Nobody grants to themselves, not by way of a group either.
    const isOwn = subject === setBy;
    if (isOwn || refusalOfConflicts(terms, await readOpenGrants(transaction, subject))) {
      const about = { person: subject, role };
      await notify(transaction, tenant, { kind: 'GROUP_ROLE_REFUSED', to: { role: 'COMPANY_ADMIN' }, about });
      continue;
    }
    const grant = await writeGrant(transaction, tenant, {
      ...{ ...terms, subject, properties, reason: `member of group ${group}` },
      ...{ grantedBy: provisioningSubject(tenant), needsApproval: false, forGroup: group },
    });
    await notify(transaction, tenant, { kind: 'GRANT_GIVEN', to: subject, about: { grant, role } });
    await noteChange(transaction, tenant, { kind: 'subject', subject });
  }
}

/** Revokes what the group gave. @param people who have left it; undefined: all */
export async function revokeByGroup(
  transaction: TenantTransaction,
  actor: Actor,
  group: string,
  people: readonly string[] | undefined,
): Promise<void> {
  const open = await transaction
    .selectFrom('role_grant')
    .select(['key', 'subject', 'role'])
    .where('for_group', '=', group)
    .where(IS_OPEN)
    .$if(people !== undefined, (query) => query.where(isOneOf('subject', people ?? [])))
    .forUpdate()
    .execute();
  for (const grant of open) await writeRevocation(transaction, actor.tenant, grant, actor.subject);
}

function endOf(since: Date, days: number): Date {
  return new Date(since.getTime() + days * DAY_MILLISECONDS);
}
