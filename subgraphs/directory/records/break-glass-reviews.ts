/** Each broken glass is reviewed by a security officer other than who broke it, and nobody forgets about it. */
import { badUserInput, errorOf } from '@commonhold/kit/errors.ts';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { BreakGlassOutcome } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { readAccess } from './access.ts';
import { IS_BROKEN } from './break-glass-state.ts';
import { type Actor, NOW } from './granting.ts';
import { notify } from './notices.ts';
import { suspendPerson } from './suspensions.ts';

export interface Verdict {
  readonly outcome: BreakGlassOutcome;
  readonly remark: string;
}

/**
 * One that was reviewed before stays as it is. Who broke it without need is suspended: they opened doors and read of
 * people once and may again, by their role; somebody has to speak with them first, and then reinstates them.
 *
 * @returns its key; undefined when there is none
 * @throws {GraphQLError} FORBIDDEN, or BAD_USER_INPUT while its rights are in force
 */
export async function reviewBreakGlass(
  transaction: TenantTransaction,
  actor: Actor,
  key: string,
  { outcome, remark }: Verdict,
): Promise<string | undefined> {
  const { tenant, subject: reviewedBy } = actor;
  const { grants } = await readAccess(transaction, reviewedBy);
  if (!grants.some(({ role }) => role === 'SECURITY_OFFICER')) {
    throw errorOf('FORBIDDEN', 'Your roles do not include reviewing broken glasses.');
  }
  const broken = await transaction
    .selectFrom('break_glass')
    .select(['subject', 'reviewed_at', IS_BROKEN.as('isBroken')])
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (!broken) return undefined;
  if (broken.subject === reviewedBy) throw errorOf('FORBIDDEN', 'Somebody else than who broke the glass reviews it.');
  if (broken.reviewed_at) return key;
  if (broken.isBroken) throw badUserInput('input.breakGlass', 'is still in force: end it, or wait for its end');
  await transaction
    .updateTable('break_glass')
    .set({ reviewed_by: reviewedBy, reviewed_at: NOW, outcome, remark })
    .where('key', '=', key)
    .execute();
  const about = { breakGlass: key };
  await notify(transaction, tenant, { kind: 'BREAK_GLASS_REVIEWED', to: broken.subject, about });
  if (outcome === 'UNJUSTIFIED') await suspend(transaction, actor, broken.subject);
  return key;
}

async function suspend(transaction: TenantTransaction, actor: Actor, subject: string): Promise<void> {
  const account = await transaction
    .selectFrom('account')
    .select('person')
    .where('subject', '=', subject)
    .executeTakeFirst();
  if (!account?.person) return;
  await suspendPerson(transaction, actor, { person: account.person, reason: 'Broke the glass without need' });
}

/**
 * Security officers are told of each one that waits, once a day; from when a review is overdue on, company admins too,
 * at once.
 */
export async function tellOfBrokenGlass(transaction: TenantTransaction, tenant: TenantId): Promise<void> {
  const { rows } = await sql<{ key: string; isOverdue: boolean; until: Date }>`
    select key, now() >= review_due as "isOverdue", review_due as until
    from break_glass
    where reviewed_at is null and not ${IS_BROKEN}
      and not exists (
        select from notice
        where notice.tenant = break_glass.tenant and notice.kind = 'BREAK_GLASS_REVIEW_DUE'
          and notice.about ->> 'breakGlass' = break_glass.key
          and notice.at > now() - interval '1 day'
          and (now() < break_glass.review_due or notice.at >= break_glass.review_due)
      )`.execute(transaction);
  for (const { key, isOverdue, until } of rows) {
    const roles: readonly Role[] = isOverdue ? ['SECURITY_OFFICER', 'COMPANY_ADMIN'] : ['SECURITY_OFFICER'];
    const about = { breakGlass: key, until: until.toISOString() };
    await notify(transaction, tenant, { kind: 'BREAK_GLASS_REVIEW_DUE', to: { roles }, about });
  }
}
