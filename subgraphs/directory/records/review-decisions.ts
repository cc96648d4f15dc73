/** What reviewers decide: each item by itself, so that one that can't be decided hinders no other. */
import { REVIEWS, type Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import type { ReviewDecision } from '../database/tables.ts';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { readAccess } from './access.ts';
import { IS_OPEN } from './grant-state.ts';
import type { Actor } from './granting.ts';
import { writeRevocation } from './revocation.ts';
import { isOneOf } from './visibility.ts';

export interface Decision {
  /** Key of the item; undefined: there is none that the actor may see. */
  readonly item: string | undefined;
  readonly decision: ReviewDecision;
  readonly remark: string | null;
}

/** Why an item wasn't decided. */
export const REVIEW_PROBLEMS = ['NOT_FOUND', 'OVER', 'OWN_GRANT', 'NOT_YOURS', 'SETTLED'] as const;
export type ReviewProblem = (typeof REVIEW_PROBLEMS)[number];

/**
 * KEEP: the review's end doesn't touch the grant. REVOKE: it ends now. Either counts from this instant on; who kept may
 * still revoke, but what was revoked stays so.
 *
 * @returns for each decision why it has no effect; null: it has
 */
export async function decideItems(
  transaction: TenantTransaction,
  actor: Actor,
  decisions: readonly Decision[],
): Promise<readonly (ReviewProblem | null)[]> {
  const mayDecide = await decidableRoles(transaction, actor.subject);
  const campaign = await holdOpen(transaction);
  const items = await lockItems(
    transaction,
    decisions.flatMap(({ item }) => item ?? []),
  );
  const problems: (ReviewProblem | null)[] = [];
  for (const decision of decisions) {
    const item = items.find(({ key }) => key === decision.item);
    const problem = item ? problemOf(item, decision, { campaign, mayDecide, subject: actor.subject }) : 'NOT_FOUND';
    if (item && problem === null) await write(transaction, actor, item, decision);
    problems.push(problem);
  }
  return problems;
}

type LockedItem = Awaited<ReturnType<typeof lockItems>>[number];

interface Deciding {
  /** Key of the review that is under way. */
  readonly campaign: string | undefined;
  readonly mayDecide: (role: string) => boolean;
  readonly subject: string;
}

function problemOf(item: LockedItem, { decision }: Decision, by: Deciding): ReviewProblem | null {
  if (item.campaign !== by.campaign) return 'OVER';
  if (item.subject === by.subject) return 'OWN_GRANT';
  if (!by.mayDecide(item.role)) return 'NOT_YOURS';
  return item.isOpen || item.decision === decision ? null : 'SETTLED';
}

async function write(
  transaction: TenantTransaction,
  { tenant, subject }: Actor,
  item: LockedItem,
  { decision, remark }: Decision,
): Promise<void> {
  if (item.decision === decision) return;
  await transaction
    .updateTable('review_item')
    .set({ decision, remark, decided_by: subject, decided_at: sql<Date>`date_trunc('milliseconds', now())` })
    .where('key', '=', item.key)
    .execute();
  if (decision === 'REVOKE') {
    await writeRevocation(transaction, tenant, { ...item, key: item.grant }, subject);
  } else {
    await transaction.updateTable('role_grant').set({ confirm_by: null }).where('key', '=', item.grant).execute();
  }
}

/** Whoever decides is looked up in the same transaction: a right that ended a moment ago is of no use. */
async function decidableRoles(transaction: TenantTransaction, subject: string): Promise<(role: string) => boolean> {
  const { grants } = await readAccess(transaction, subject);
  const held = new Set<Role>(grants.map(({ role }) => role));
  const decided = Object.entries(REVIEWS.decidedBy).flatMap(([role, roles]) => (held.has(role as Role) ? [roles] : []));
  return (role) => decided.some((roles) => roles === 'all' || roles.some((other) => other === role));
}

/** The review that is under way, which doesn't end before this transaction does. */
async function holdOpen(transaction: TenantTransaction): Promise<string | undefined> {
  const campaign = await transaction
    .selectFrom('review_campaign')
    .select(['key', sql<boolean>`clock_timestamp() < ends_at`.as('isUnderWay')])
    .where('closed_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  return campaign?.isUnderWay ? campaign.key : undefined;
}

function lockItems(transaction: TenantTransaction, keys: readonly string[]) {
  return transaction
    .selectFrom('review_item')
    .innerJoin('role_grant', (join) =>
      join.onRef('role_grant.tenant', '=', 'review_item.tenant').onRef('role_grant.key', '=', 'review_item.role_grant'),
    )
    .select([
      'review_item.key',
      'review_item.campaign',
      'review_item.decision',
      'role_grant.key as grant',
      'role_grant.subject',
      'role_grant.role',
    ])
    .select(IS_OPEN.as('isOpen'))
    .where(isOneOf('review_item.key', keys))
    .orderBy('role_grant.key')
    .forUpdate()
    .execute();
}
