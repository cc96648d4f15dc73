/**
 * The yearly security briefing: who has to have confirmed it, whether they have, and that they do. Until then they see no
 * personal data.
 */
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { BRIEFING } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { type Access, readAccess } from './access.ts';
import { noteChange } from './access-changes.ts';
import { IS_IN_FORCE } from './grant-state.ts';
import type { Actor } from './granting.ts';
import { notify } from './notices.ts';

/** Whether personal data is kept from somebody until they confirm `version`: from people who work for the company. */
export function isBriefingDue({ kind, grants, briefed }: Access, version: string): boolean {
  const isAsked = kind === 'person' && grants.some(({ role }) => !BRIEFING.exempt.some((exempt) => exempt === role));
  return isAsked && !briefed.includes(version);
}

/** When somebody last confirmed `version`, within a year or before. */
export async function readConfirmation(
  transaction: TenantTransaction,
  subject: string,
  version: string,
): Promise<Date | undefined> {
  const { at } = await transaction
    .selectFrom('briefing_confirmation')
    .select(({ fn }) => fn.max('confirmed_at').as('at'))
    .where('subject', '=', subject)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  return at ?? undefined;
}

/**
 * Their own confirmation; a year begins with it. Again on the same day it adds nothing.
 *
 * @param version what they say that they have read
 * @param current what there is to read
 * @returns the version
 * @throws {GraphQLError} BAD_USER_INPUT for another version, FORBIDDEN for a service
 */
export async function confirmBriefing(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  version: string,
  current: string,
): Promise<string> {
  const { active, kind } = await readAccess(transaction, subject);
  if (!active || kind !== 'person') throw errorOf('FORBIDDEN', 'Only people confirm the briefing.');
  if (version !== current) throw badUserInput('input.version', 'is not the one in force: read that first');
  const { rows } = await sql`
    insert into briefing_confirmation (tenant, subject, version)
    select ${tenant}, ${subject}, ${version}
    where not exists (
      select from briefing_confirmation
      where subject = ${subject} and version = ${version} and confirmed_at > now() - interval '1 day'
    )
    returning version`.execute(transaction);
  if (rows.length > 0) await noteChange(transaction, tenant, { kind: 'subject', subject });
  return version;
}

/**
 * Whoever has to confirm it again is told two weeks before and on the day; whoever never has, at once and then monthly.
 */
export async function tellOfDueBriefings(
  transaction: TenantTransaction,
  tenant: TenantId,
  version: string,
): Promise<void> {
  const year = sql`make_interval(days => ${BRIEFING.everyDays})`;
  const ahead = sql`make_interval(days => ahead.days)`;
  const { rows } = await sql<{ subject: string; until: Date | null }>`
    select distinct asked.subject, asked.confirmed_at + ${year} as until
    from (
      select account.subject, (
        select max(confirmed_at) from briefing_confirmation as given
        where given.tenant = account.tenant and given.subject = account.subject and given.version = ${version}
      ) as confirmed_at
      from account
      where account.kind = 'person' and account.suspended_at is null
        and exists (
          select from role_grant
          where role_grant.tenant = account.tenant and role_grant.subject = account.subject
            and role_grant.role <> all(${[...BRIEFING.exempt]}::text[]) and ${IS_IN_FORCE}
        )
    ) as asked cross join (values (${BRIEFING.remindDays}::integer), (0)) as ahead (days)
    where (asked.confirmed_at is null or now() >= asked.confirmed_at + ${year} - ${ahead})
      and not exists (
        select from notice
        where notice.subject = asked.subject and notice.kind = 'BRIEFING_DUE'
          and notice.about ->> 'briefing' = ${version}
          and notice.at >= coalesce(asked.confirmed_at + ${year} - ${ahead}, now() - interval '30 days')
      )`.execute(transaction);
  for (const { subject, until } of rows) {
    const about = { briefing: version, ...(until && { until: until.toISOString() }) };
    await notify(transaction, tenant, { kind: 'BRIEFING_DUE', to: subject, about });
  }
}
