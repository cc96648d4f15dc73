/** For tests: reviews in a started directory, asked for as the gateway asks, and their end come early. */
import { randomUUID } from 'node:crypto';
import { type TenantId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import { createOwnerTransactions, createTenantTransactions } from '../database/tenant-transaction.ts';
import { endReview } from '../records/review-ends.ts';
import { keepReviewsGoing } from '../records/review-schedule.ts';
import type { StartedDirectory } from './start-directory.ts';

const DAY = 24 * 60 * 60 * 1000;

const item = z.object({
  id: z.string(),
  state: z.string(),
  proposal: z.string(),
  because: z.string(),
  lastUsedOn: z.string().nullable(),
  reach: z.string(),
  places: z.array(z.string()),
  residenceCount: z.number().nullable(),
  decidedBy: z.string().nullable(),
  remark: z.string().nullable(),
  grant: z.object({ id: z.string(), subject: z.string(), role: z.string(), state: z.string() }),
});

export type ReviewedItem = z.output<typeof item>;

const ITEM = `id state proposal because lastUsedOn reach places residenceCount decidedBy remark
  grant { id subject role state }`;

const page = z.object({ nodes: z.array(item), pageInfo: z.object({ endCursor: z.string().nullable() }) });
const access = z.object({ grants: z.array(z.object({ role: z.string() })), unchangedFor: z.number().nullable() });
const results = z.array(z.object({ problem: z.string().nullable(), item: item.nullable() }));

/** A persona of the sample estate after a fresh login. */
export function persona(role: Role, company = 'northgate'): SubgraphClaims {
  const sub = `${company}-${role.toLowerCase().replace('_', '-')}`;
  return { ...claimsOf(role, company, [`${company}-p01-r01`]), sub, policies: ['public', 'fresh-mfa'] };
}

export const OFFICER = persona('SECURITY_OFFICER');
export const ADMIN = persona('COMPANY_ADMIN');

export function inDays(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString();
}

export interface Decision {
  readonly item: string;
  readonly decision: 'KEEP' | 'REVOKE';
  readonly remark?: string;
}

/** Orders and questions of one company's reviews. */
export function reviewsIn({ gateway, database, identityOf }: StartedDirectory, company = 'northgate') {
  const tenant: TenantId = tenantId(company);
  const asOwner = createOwnerTransactions(database);
  const inTenant = createTenantTransactions(database);

  /** One order; its payload or the first error. @param every what all of its kind have */
  const order = async (
    who: SubgraphClaims,
    name: string,
    input: object,
    selection: string,
    every: object = { idempotencyKey: randomUUID() },
  ) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
    const { data, errors } = await gateway.ask(who, query, { input: { ...every, ...input } });
    const payload = z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).nullish().parse(data)?.[name];
    return { payload, error: errors?.[0] };
  };

  const start = async (input: object = {}, who = persona('SECURITY_OFFICER', company)): Promise<string> => {
    const terms = { name: 'Autumn', endsAt: inDays(30), ...input };
    const { payload, error } = await order(who, 'startReview', terms, 'started review { id }');
    if (error) throw new Error(error.message);
    return z.object({ id: z.string() }).parse(payload?.['review']).id;
  };

  const itemsOf = async (review: string, args = ''): Promise<readonly ReviewedItem[]> => {
    const who = persona('SECURITY_OFFICER', company);
    const found: ReviewedItem[] = [];
    for (let after: string | null = null; ; ) {
      const query = `query ($id: ID!, $after: String) {
        review(id: $id) { items(first: 4, after: $after${args}) { nodes { ${ITEM} } pageInfo { endCursor } } } }`;
      const { data, errors } = await gateway.ask(who, query, { id: review, after });
      if (errors) throw new Error(errors[0]?.message);
      const { nodes, pageInfo } = z.object({ review: z.object({ items: page }) }).parse(data).review.items;
      if (nodes.length === 0) return found;
      found.push(...nodes);
      after = pageInfo.endCursor;
    }
  };

  /** What the gateway is told that somebody may do at this instant. */
  const accessOf = async (subject: string) => {
    const token = await mintServiceToken(await identityOf('gateway'), 'directory', { tenant: company, sub: subject });
    const { body } = await gateway.send('/access', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    return access.parse(JSON.parse(body));
  };

  return {
    inTenant,
    order,
    start,
    rolesOf: async (subject: string) => (await accessOf(subject)).grants.map(({ role }) => role),
    /** Milliseconds for which the gateway may keep what it is told. */
    unchangedFor: async (subject: string) => (await accessOf(subject)).unchangedFor,
    itemsOf,
    decide: async (who: SubgraphClaims, decisions: readonly Decision[], idempotencyKey: string = randomUUID()) => {
      const input = { decisions, idempotencyKey };
      const { payload, error } = await order(who, 'decideReviewItems', input, `results { problem item { ${ITEM} } }`);
      if (error) throw new Error(error.message);
      return results.parse(payload?.['results']);
    },
    /** All that was set for later than now comes `days` earlier. */
    comeEarlier: (days: number) =>
      asOwner(tenant, async (transaction) => {
        const span = sql`make_interval(days => ${days}::integer)`;
        await sql`
          update review_campaign set started_at = started_at - ${span}, ends_at = ends_at - ${span},
            closed_at = closed_at - ${span}`.execute(transaction);
        await sql`update role_grant set confirm_by = confirm_by - ${span}`.execute(transaction);
        await sql`update notice set at = at - ${span}`.execute(transaction);
      }),
    /** What a recurring job does. */
    end: () => inTenant(tenant, (transaction) => endReview(transaction, tenant)),
    keepGoing: () => inTenant(tenant, (transaction) => keepReviewsGoing(transaction, tenant)),
    /** As if there had been no review, and nothing granted since the beginning. */
    forget: () =>
      asOwner(tenant, async (transaction) => {
        // What is used is noted meanwhile, and would keep its grant.
        await sql`lock table grant_use in share mode`.execute(transaction);
        await sql`
          update role_grant set confirm_by = null, unconfirmed_in = null, revoked_at = null, revoked_by = null`.execute(
          transaction,
        );
        for (const table of ['review_item', 'review_campaign', 'notice', 'given_order', 'grant_use']) {
          await sql`delete from ${sql.table(table)} where tenant = ${tenant}`.execute(transaction);
        }
        for (const table of ['role_grant_residence', 'role_grant_property']) {
          await sql`
            delete from ${sql.table(table)}
            where role_grant in (select key from role_grant where granted_by is not null)`.execute(transaction);
        }
        await sql`delete from role_grant where granted_by is not null`.execute(transaction);
      }),
    asOwner: (statement: ReturnType<typeof sql>) =>
      asOwner(tenant, (transaction) => statement.execute(transaction).then(({ rows }) => rows)),
  };
}
