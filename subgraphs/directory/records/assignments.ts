/**
 * Service requests that are assigned to people now. Who holds a role for their assignments has its rights on the
 * residences of these requests, from when an assignment is told until it is over.
 */
import type { ResidenceKey, TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { ASSIGNMENTS } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { noteChange } from './access-changes.ts';

export interface Assignment {
  /** The partner's key of the service request. */
  readonly request: string;
  readonly residence: ResidenceKey;
  /** Key of the person; null: it is assigned to nobody, or over. */
  readonly person: string | null;
  /** Until when it should be done; null: nobody has said. */
  readonly deadline: Date | null;
  /** When the request was as this says, by the clock of whoever keeps it. */
  readonly asOf: Date;
}

export type Told =
  /** It is as told, or as something newer said. */
  | 'noted'
  /** The request isn't of such a residence, or nobody of that key may log in: rights come of it to nobody, nor stay. */
  | 'unknown';

/**
 * Takes note of how a request is assigned. What was told of an earlier instant changes nothing, and of two messages of
 * one instant the one that takes rights away counts, in whatever order they come; two that name different people do.
 */
export async function noteAssignment(
  transaction: TenantTransaction,
  tenant: TenantId,
  { request, residence, person, deadline, asOf }: Assignment,
): Promise<Told> {
  const named = person === null ? null : await subjectOf(transaction, person);
  const isOwn = named !== undefined && (await isResidence(transaction, residence));
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenant}/${request}`}, 3))`.execute(transaction);
  const before = await transaction
    .selectFrom('assignment')
    .select(['residence', 'subject', 'as_of'])
    .where('request', '=', request)
    .executeTakeFirst();
  const isKnown = isOwn && (before === undefined || before.residence === residence);
  if (!before && !isKnown) return 'unknown';
  const told = isKnown ? 'noted' : 'unknown';
  const isOfOneInstant = before?.as_of.getTime() === asOf.getTime();
  if (before && (before.as_of > asOf || (isOfOneInstant && isKnown && before.subject === named))) return told;
  const subject = isKnown && !isOfOneInstant ? named : null;
  const grace = sql`make_interval(days => ${ASSIGNMENTS.graceDays})`;
  const longest = sql`make_interval(days => ${ASSIGNMENTS.longestDays})`;
  const until = sql<Date>`
    date_trunc('milliseconds', least(coalesce(${deadline}::timestamptz, now()) + ${grace}, now() + ${longest}))`;
  await transaction
    .insertInto('assignment')
    .values({ tenant, request, residence: before?.residence ?? residence, subject, until, as_of: asOf })
    .onConflict((conflict) => conflict.columns(['tenant', 'request']).doUpdateSet({ subject, until, as_of: asOf }))
    .execute();
  for (const changed of new Set([before?.subject, subject])) {
    if (changed) await noteChange(transaction, tenant, { kind: 'subject', subject: changed });
  }
  return told;
}

/** undefined: nobody who may log in. */
export async function subjectOf(transaction: TenantTransaction, person: string): Promise<string | undefined> {
  const account = await transaction
    .selectFrom('account')
    .select('subject')
    .where('person', '=', person)
    .where('kind', '=', 'person')
    .executeTakeFirst();
  return account?.subject;
}

async function isResidence(transaction: TenantTransaction, residence: ResidenceKey): Promise<boolean> {
  const found = await transaction.selectFrom('residence').select('key').where('key', '=', residence).executeTakeFirst();
  return found !== undefined;
}
