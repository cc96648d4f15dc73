/** Reviews and what they list. */
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { QueryResolvers, ReviewCampaignResolvers, ReviewItemResolvers } from '../generated/resolvers.ts';
import { listReviews, readReview } from '../records/review-campaigns.ts';
import { countReviewItems, listReviewItems } from '../records/review-items.ts';
import { newestFirstPosition, reviewItemPosition } from './positions.ts';

export const reviewQueries: Pick<QueryResolvers, 'reviews' | 'review'> = {
  reviews: async (_root, args, { principal, inCompany }) => {
    const scope = { tenant: principal.tenant, list: 'Query.reviews' };
    const { first, after } = parsePage(args, scope);
    const wanted = { after: newestFirstPosition.parse(after), limit: first + 1 };
    const found = await inCompany((transaction) => listReviews(transaction, wanted));
    const position = ({ startedAt, key }: { readonly startedAt: string; readonly key: string }): string =>
      newestFirstPosition.of({ since: startedAt, key });
    return connection(found.slice(0, first), scope, position, found.length > first);
  },

  review: (_root, { id }, { principal, inCompany }) => {
    const own = ownId(principal, id, ['ReviewCampaign'], ['review:decide']);
    return own ? inCompany((transaction) => readReview(transaction, own.key)) : null;
  },
};

export const ReviewCampaign: ReviewCampaignResolvers = {
  counts: ({ key }, _, { inCompany }) => inCompany((transaction) => countReviewItems(transaction, key)),

  items: async ({ key }, args, { principal, inCompany }) => {
    const state = args.state ?? undefined;
    const proposal = args.proposal ?? undefined;
    const list = `ReviewCampaign.items:${JSON.stringify([key, state, proposal])}`;
    const scope = { tenant: principal.tenant, list };
    const { first, after } = parsePage(args, scope);
    const wanted = { review: key, state, proposal, after: reviewItemPosition.parse(after), limit: first + 1 };
    const found = await inCompany((transaction) => listReviewItems(transaction, wanted));
    return connection(found.slice(0, first), scope, reviewItemPosition.of, found.length > first);
  },
};

export const ReviewItem: ReviewItemResolvers = {
  grant: ({ grant }, _, { principal: { tenant }, loaders }) =>
    loaders.grant.load({ tenant, type: 'RoleGrant', residence: undefined, key: grant }),
};
