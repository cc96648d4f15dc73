/** Questions about notices and webhooks. */
import { connection, parsePage } from '@commonhold/kit/paging.ts';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { listNotices } from '../records/own-notices.ts';
import { listMailChoices } from '../records/unwanted-mail.ts';
import { listWebhooks } from '../records/webhooks.ts';
import { newestFirstPosition } from './positions.ts';

export const noticeQueries: Pick<QueryResolvers, 'notices' | 'noticeMail' | 'webhooks'> = {
  notices: async (_root, args, { principal, inCompany }) => {
    const { tenant, subject } = principal;
    const isUnreadOnly = args.unread ?? false;
    const scope = { tenant, list: `Query.notices:${JSON.stringify([subject, isUnreadOnly])}` };
    const { first, after } = parsePage(args, scope);
    const wanted = { isUnreadOnly, after: newestFirstPosition.parse(after), limit: first + 1 };
    const found =
      subject === undefined ? [] : await inCompany((transaction) => listNotices(transaction, { ...wanted, subject }));
    const position = ({ at, key }: { readonly at: string; readonly key: string }): string =>
      newestFirstPosition.of({ since: at, key });
    return connection(found.slice(0, first), scope, position, found.length > first);
  },

  noticeMail: (_root, _args, { principal: { subject }, inCompany }) =>
    subject === undefined ? [] : inCompany((transaction) => listMailChoices(transaction, subject)),

  webhooks: (_root, _args, { inCompany }) => inCompany(listWebhooks),
};
