/** Mutations of reviews: each is an order with an idempotency key, in one transaction of the company. */
import { badUserInput, forbidden } from '@commonhold/kit/errors.ts';
import { encodeCursor, parsePage } from '@commonhold/kit/paging.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import { z } from 'zod';
import { writeReview } from '../exports/review.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { assertMayManage, closeReview, readReview, startReview } from '../records/review-campaigns.ts';
import { decideItems, REVIEW_PROBLEMS } from '../records/review-decisions.ts';
import { readReviewPage } from '../records/review-exports.ts';
import { readReviewItems } from '../records/review-items.ts';
import { ordered, text } from './orders.ts';
import { reviewItemPosition } from './positions.ts';

const GREATEST_NAME = 100;
const GREATEST_REMARK = 500;
const MOST_DECISIONS = 100;

/** What came of an order, as it is kept to answer the same order again. */
const started = z.object({ key: z.string(), isNew: z.boolean() });
const problems = z.array(z.enum(REVIEW_PROBLEMS).nullable());

export const reviewMutations: Pick<
  MutationResolvers,
  'startReview' | 'decideReviewItems' | 'closeReview' | 'exportReview'
> = {
  startReview: async (_root, { input }, context) => {
    const order = { name: text(input.name, 'input.name', GREATEST_NAME), endsAt: new Date(input.endsAt) };
    const result = await ordered(context, 'startReview', input, async (transaction, actor) =>
      JSON.stringify(await startReview(transaction, actor, order)),
    );
    const { key, isNew } = started.parse(JSON.parse(result ?? ''));
    const review = await context.inCompany((transaction) => readReview(transaction, key));
    return { review, started: isNew, clientMutationId: input.clientMutationId ?? null };
  },

  decideReviewItems: async (_root, { input }, context) => {
    const { principal, inCompany } = context;
    const count = input.decisions.length;
    if (count < 1 || count > MOST_DECISIONS) {
      throw badUserInput('input.decisions', `has to hold 1 to ${MOST_DECISIONS} decisions`);
    }
    const decisions = input.decisions.map(({ item, decision, remark }) => ({
      item: ownId(principal, item, ['ReviewItem'], ['review:decide'])?.key,
      decision,
      remark: remark == null ? null : text(remark, 'input.decisions.remark', GREATEST_REMARK),
    }));
    const keys = decisions.flatMap(({ item }) => item ?? []);
    if (new Set(keys).size < keys.length) throw badUserInput('input.decisions', 'names an item twice');
    const result = await ordered(context, 'decideReviewItems', input, async (transaction, actor) =>
      JSON.stringify(await decideItems(transaction, actor, decisions)),
    );
    const found = problems.parse(JSON.parse(result ?? ''));
    const items = await inCompany((transaction) => readReviewItems(transaction, keys));
    const results = decisions.map(({ item: key }, index) => ({
      item: items.find((item) => item.key === key) ?? null,
      problem: found[index] ?? null,
    }));
    return { results, clientMutationId: input.clientMutationId ?? null };
  },

  closeReview: async (_root, { input }, context) => {
    const id = ownId(context.principal, input.review, ['ReviewCampaign'], ['review:manage']);
    const key = await ordered(context, 'closeReview', input, async (transaction, actor) =>
      id ? closeReview(transaction, actor, id.key) : undefined,
    );
    const review = key === undefined ? null : await context.inCompany((transaction) => readReview(transaction, key));
    return { review, clientMutationId: input.clientMutationId ?? null };
  },

  /** It changes nothing; as a mutation, the gateway's record of access has who took what away. */
  exportReview: async (_root, { input }, { principal, inCompany }) => {
    const { tenant, subject } = principal;
    if (subject === undefined) throw forbidden();
    const clientMutationId = input.clientMutationId ?? null;
    const id = ownId(principal, input.review, ['ReviewCampaign'], ['review:manage']);
    const scope = { tenant, list: `exportReview:${id?.key ?? ''}` };
    const after = reviewItemPosition.parse(parsePage({ after: input.after }, scope).after);
    const page = await inCompany(async (transaction) => {
      await assertMayManage(transaction, subject);
      const review = id && (await readReview(transaction, id.key));
      return review && readReviewPage(transaction, { review: review.key, after });
    });
    if (!page) return { file: null, clientMutationId };
    const { items, end } = page;
    const endCursor = end ? encodeCursor(reviewItemPosition.of(end), scope) : null;
    return { file: { ...writeReview(items, input.format), count: items.length, endCursor }, clientMutationId };
  },
};
