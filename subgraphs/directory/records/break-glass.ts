/**
 * Breaking the glass: whoever meets an emergency takes rights on some residences by themselves, at once, for an hour at
 * most. They are watched instead of asked: security officers are told in the same transaction, and none is broken again
 * by the same person before somebody else has reviewed it.
 */
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import { BREAK_GLASS, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { mayBreakGlass, readAccess } from './access.ts';
import { noteChange } from './access-changes.ts';
import { IS_BROKEN } from './break-glass-state.ts';
import { refusalOfConflicts } from './grant-rules.ts';
import { IS_IN_FORCE } from './grant-state.ts';
import { type Actor, holdStill, NOW, readOpenGrants } from './granting.ts';
import { notify } from './notices.ts';
import { isOneOf } from './visibility.ts';

export interface Emergency {
  readonly residences: readonly ResidenceKey[];
  /** Keys of buildings: all residences that they have now. */
  readonly properties: readonly string[];
  readonly reason: string;
  readonly minutes: number;
}

/**
 * @returns the key of what is kept of it; undefined when there is no such building or residence
 * @throws {GraphQLError} FORBIDDEN, or BAD_USER_INPUT naming the field
 */
export async function breakGlass(
  transaction: TenantTransaction,
  actor: Actor,
  { reason, minutes, ...places }: Emergency,
): Promise<string | undefined> {
  const { tenant, subject } = actor;
  const residences = await residencesAt(transaction, places);
  if (!residences) return undefined;
  await holdStill(transaction, tenant, subject);
  await assertMayBreak(transaction, subject);
  const since = new Date();
  const until = new Date(since.getTime() + minutes * 60_000);
  const terms = { role: BREAK_GLASS.conflictsAs, reach: 'residences', residences, since, until } as const;
  const conflict = refusalOfConflicts(terms, await readOpenGrants(transaction, subject));
  if (conflict?.kind === 'wrong') throw badUserInput('input.residences', conflict.problem);
  const end = sql<Date>`${NOW} + make_interval(mins => ${minutes})`;
  const { key } = await transaction
    .insertInto('break_glass')
    .values({
      ...{ tenant, subject, reason },
      until: end,
      review_due: sql<Date>`${end} + make_interval(days => ${BREAK_GLASS.reviewDays})`,
    })
    .returning('key')
    .executeTakeFirstOrThrow();
  const rows = [...residences].map((residence) => ({ tenant, break_glass: key, residence }));
  await transaction.insertInto('break_glass_residence').values(rows).execute();
  const role: Role = (await hasOtherOfficer(transaction, subject)) ? 'SECURITY_OFFICER' : 'COMPANY_ADMIN';
  await notify(transaction, tenant, { kind: 'BREAK_GLASS_USED', to: { role }, about: { breakGlass: key } });
  await noteChange(transaction, tenant, { kind: 'subject', subject });
  return key;
}

/**
 * Ends the rights before their time; what is over stays as it is.
 *
 * @returns its key; undefined when it is neither the actor's own, nor the actor a security officer
 */
export async function endBreakGlass(
  transaction: TenantTransaction,
  { tenant, subject: endedBy }: Actor,
  key: string,
): Promise<string | undefined> {
  const broken = await transaction
    .selectFrom('break_glass')
    .select(['subject', IS_BROKEN.as('isBroken')])
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (!broken) return undefined;
  const { grants } = await readAccess(transaction, endedBy);
  const isOfficer = grants.some(({ role }) => role === 'SECURITY_OFFICER');
  if (broken.subject !== endedBy && !isOfficer) return undefined;
  if (!broken.isBroken) return key;
  await transaction
    .updateTable('break_glass')
    .set({ ended_by: endedBy, ended_at: NOW })
    .where('key', '=', key)
    .execute();
  await noteChange(transaction, tenant, { kind: 'subject', subject: broken.subject });
  return key;
}

async function assertMayBreak(transaction: TenantTransaction, subject: string): Promise<void> {
  const { kind, grants } = await readAccess(transaction, subject);
  if (kind !== 'person' || !mayBreakGlass(grants))
    throw errorOf('FORBIDDEN', 'Your roles do not include breaking the glass.');
  const open = await transaction
    .selectFrom('break_glass')
    .select('key')
    .where('subject', '=', subject)
    .where('reviewed_at', 'is', null)
    .executeTakeFirst();
  if (open) throw errorOf('FORBIDDEN', 'You broke the glass before, and nobody has reviewed it yet.');
}

/** undefined: one of them isn't there. */
async function residencesAt(
  transaction: TenantTransaction,
  { residences, properties }: Pick<Emergency, 'residences' | 'properties'>,
): Promise<ReadonlySet<ResidenceKey> | undefined> {
  const rows = await transaction
    .selectFrom('residence')
    .select(['key', 'property'])
    .where(({ or }) => or([isOneOf('key', residences), isOneOf('property', properties)]))
    .execute();
  const found = new Set<string>(rows.flatMap(({ key, property }) => [key, property]));
  const isComplete = [...residences, ...properties].every((named) => found.has(named));
  return isComplete ? new Set(rows.map(({ key }) => key)) : undefined;
}

/** Whoever is the only security officer isn't who is told of what they do themselves. */
async function hasOtherOfficer(transaction: TenantTransaction, subject: string): Promise<boolean> {
  const other = await transaction
    .selectFrom('role_grant')
    .innerJoin('account', (join) =>
      join.onRef('account.tenant', '=', 'role_grant.tenant').onRef('account.subject', '=', 'role_grant.subject'),
    )
    .select('role_grant.key')
    .where('role_grant.role', '=', 'SECURITY_OFFICER')
    .where('role_grant.subject', '<>', subject)
    .where('account.kind', '=', 'person')
    .where('account.suspended_at', 'is', null)
    .where('account.deprovisioned_at', 'is', null)
    .where(IS_IN_FORCE)
    .executeTakeFirst();
  return other !== undefined;
}
