/**
 * Grants given, approved and revoked. Whoever does it is looked up in the same transaction, so that a right to grant
 * that ended a moment ago is of no use.
 */
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import type { ResidenceKey, TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { isRole, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { GrantReach } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { readAccess } from './access.ts';
import { noteChange } from './access-changes.ts';
import { readBrokenGlass } from './broken-glass.ts';
import {
  type Granting,
  mayGrant,
  type OpenGrant,
  type ProposedGrant,
  type Refusal,
  refusalOfConflicts,
  refusalOfGrant,
} from './grant-rules.ts';
import { IS_OPEN, RESIDENCES } from './grant-state.ts';
import { notify } from './notices.ts';
import { writeRevocation } from './revocation.ts';
import { isOneOf } from './visibility.ts';

/** Who acts, in which company. */
export interface Actor {
  readonly tenant: TenantId;
  readonly subject: string;
}

export interface GrantOrder {
  /** Key of the person. */
  readonly person: string;
  readonly role: Role;
  readonly reach: GrantReach;
  /** Keys of the buildings; none unless the reach is by buildings. */
  readonly properties: readonly string[];
  /** None unless the reach is by residences. */
  readonly residences: readonly ResidenceKey[];
  readonly reason: string;
  /** undefined: now. */
  readonly since: Date | undefined;
  readonly until: Date;
}

/**
 * @returns the grant's key; undefined when there is no such person, building or residence
 * @throws {GraphQLError} FORBIDDEN, or BAD_USER_INPUT naming the field
 */
export async function giveGrant(
  transaction: TenantTransaction,
  { tenant, subject: grantedBy }: Actor,
  order: GrantOrder,
): Promise<string | undefined> {
  const account = await transaction
    .selectFrom('account')
    .select('subject')
    .where('person', '=', order.person)
    .executeTakeFirst();
  const residences = await residencesOf(transaction, order);
  if (!account || !residences) return undefined;
  await holdStill(transaction, tenant, account.subject);
  const now = new Date();
  const since = order.since && order.since > now ? order.since : now;
  const proposed: ProposedGrant = { ...order, subject: account.subject, since, residences };
  const held = await readOpenGrants(transaction, account.subject);
  throwIfRefused(refusalOfGrant(proposed, await readGranting(transaction, grantedBy), held, now));
  const needsApproval = ROLES[order.role].needsApproval;
  const key = await writeGrant(transaction, tenant, {
    ...order,
    ...proposed,
    grantedBy,
    needsApproval,
  });
  const about = { grant: key, role: order.role };
  if (needsApproval) {
    await notify(transaction, tenant, { kind: 'GRANT_PROPOSED', to: { role: 'SECURITY_OFFICER' }, about });
  } else {
    await notify(transaction, tenant, { kind: 'GRANT_GIVEN', to: account.subject, about });
    await noteChange(transaction, tenant, { kind: 'subject', subject: account.subject });
  }
  return key;
}

/**
 * The second of two people: not who proposed it, nor who gets it. What has been approved, or needn't be, stays as it is.
 *
 * @returns the grant's key; undefined when there is no such grant
 * @throws {GraphQLError} FORBIDDEN, or BAD_USER_INPUT
 */
export async function approveGrant(
  transaction: TenantTransaction,
  { tenant, subject: approvedBy }: Actor,
  key: string,
): Promise<string | undefined> {
  const grant = await lockGrant(transaction, key);
  if (!grant) return undefined;
  const by = await readGranting(transaction, approvedBy);
  if (!mayGrant(by, grant.role)) throw errorOf('FORBIDDEN', `Your roles do not include granting ${grant.role}.`);
  if (grant.approved_at || !grant.needs_approval) return key;
  if (approvedBy === grant.granted_by || approvedBy === grant.subject) {
    throw errorOf('FORBIDDEN', 'Somebody else than who proposed a grant or gets it has to approve it.');
  }
  if (!grant.isOpen) throw badUserInput('input.grant', 'has ended or was revoked');
  await holdStill(transaction, tenant, grant.subject);
  const held = await readOpenGrants(transaction, grant.subject);
  const others = held.filter((other) => other.key !== key);
  const own = held.find((other) => other.key === key);
  throwIfRefused(own && refusalOfConflicts(own, others));
  await transaction
    .updateTable('role_grant')
    .set({ approved_by: approvedBy, approved_at: NOW })
    .where('key', '=', key)
    .execute();
  await notify(transaction, tenant, {
    kind: 'GRANT_APPROVED',
    to: grant.subject,
    about: { grant: key, role: grant.role },
  });
  await noteChange(transaction, tenant, { kind: 'subject', subject: grant.subject });
  return key;
}

/**
 * Ends a grant at once; one that was revoked before stays as it is.
 *
 * @returns the grant's key; undefined when there is no such grant
 * @throws {GraphQLError} FORBIDDEN
 */
export async function revokeGrant(
  transaction: TenantTransaction,
  { tenant, subject: revokedBy }: Actor,
  key: string,
): Promise<string | undefined> {
  const grant = await lockGrant(transaction, key);
  if (!grant) return undefined;
  const by = await readGranting(transaction, revokedBy);
  if (!mayGrant(by, grant.role)) throw errorOf('FORBIDDEN', `Your roles do not include revoking ${grant.role}.`);
  if (!grant.isOpen) return key;
  await writeRevocation(transaction, tenant, { ...grant, key }, revokedBy);
  return key;
}

/** Cut rather than rounded to the column's milliseconds: rounded up it would lie in the future. */
export const NOW = sql<Date>`date_trunc('milliseconds', now())`;

/** Two changes of one person's grants at once could each find no conflict: the second waits for the first. */
export async function holdStill(transaction: TenantTransaction, tenant: TenantId, subject: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${subject}`}, 2))`.execute(transaction);
}

/** The residences that an order names, also by buildings; undefined when one of them isn't there. */
export async function residencesOf(
  transaction: TenantTransaction,
  { reach, properties, residences }: Pick<GrantOrder, 'reach' | 'properties' | 'residences'>,
): Promise<ReadonlySet<string> | undefined> {
  if (reach === 'company' || reach === 'assignments') return new Set();
  const rows = await transaction
    .selectFrom('residence')
    .select(['key', 'property'])
    .where(reach === 'properties' ? isOneOf('property', properties) : isOneOf('key', residences))
    .execute();
  const found = new Set(rows.map(({ key, property }) => (reach === 'properties' ? property : key)));
  const named = new Set<string>(reach === 'properties' ? properties : residences);
  return found.size === named.size ? new Set(rows.map(({ key }) => key)) : undefined;
}

export async function readGranting(transaction: TenantTransaction, subject: string): Promise<Granting> {
  const { grants } = await readAccess(transaction, subject);
  return { subject, roles: new Set(grants.flatMap(({ role, residences }) => (residences ? [] : role))) };
}

export async function readOpenGrants(
  transaction: TenantTransaction,
  subject: string,
): Promise<readonly (OpenGrant & { readonly key: string })[]> {
  const rows = await transaction
    .selectFrom('role_grant')
    .select(['key', 'role', 'reach', 'since', 'until', sql<readonly string[]>`array(${RESIDENCES})`.as('residences')])
    .where('subject', '=', subject)
    .where(IS_OPEN)
    .execute();
  const granted = rows.flatMap(({ role, residences, ...row }) =>
    isRole(role) ? { ...row, role, residences: new Set(residences) } : [],
  );
  return [...granted, ...(await readBrokenGlass(transaction, subject))];
}

export interface NewGrant extends Pick<GrantOrder, 'role' | 'reach' | 'reason'> {
  readonly subject: string;
  readonly properties: readonly string[];
  readonly residences: Iterable<string>;
  readonly since: Date;
  readonly until: Date;
  readonly grantedBy: string;
  readonly needsApproval: boolean;
  /** The group of the company's provider that it came of. */
  readonly forGroup?: string;
}

export async function writeGrant(transaction: TenantTransaction, tenant: TenantId, grant: NewGrant): Promise<string> {
  const { subject, role, reach, reason, since, until } = grant;
  const { key } = await transaction
    .insertInto('role_grant')
    .values({
      ...{ tenant, subject, role, reach, reason, since, until },
      granted_by: grant.grantedBy,
      needs_approval: grant.needsApproval,
      ...(grant.forGroup !== undefined && { for_group: grant.forGroup }),
    })
    .returning('key')
    .executeTakeFirstOrThrow();
  const properties = reach === 'properties' ? grant.properties : [];
  const residences = reach === 'residences' ? [...grant.residences] : [];
  if (properties.length > 0) {
    const rows = properties.map((property) => ({ tenant, role_grant: key, property }));
    await transaction.insertInto('role_grant_property').values(rows).execute();
  }
  if (residences.length > 0) {
    const rows = residences.map((residence) => ({ tenant, role_grant: key, residence: residence as ResidenceKey }));
    await transaction.insertInto('role_grant_residence').values(rows).execute();
  }
  return key;
}

async function lockGrant(transaction: TenantTransaction, key: string) {
  const row = await transaction
    .selectFrom('role_grant')
    .select(['subject', 'role', 'granted_by', 'needs_approval', 'approved_at'])
    .select(IS_OPEN.as('isOpen'))
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  const role = row?.role;
  return row && role !== undefined && isRole(role) ? { ...row, role } : undefined;
}

function throwIfRefused(refusal: Refusal | undefined): void {
  if (!refusal) return;
  throw refusal.kind === 'forbidden'
    ? errorOf('FORBIDDEN', refusal.message)
    : badUserInput(refusal.field, refusal.problem);
}
