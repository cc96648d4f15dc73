/** Mutations of notices: what somebody does about their own, and what officers have sent to whom. */
import { badUserInput, forbidden } from '@commonhold/kit/errors.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import { problemOfAddress } from '@commonhold/platform/internet-addresses.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { announceIncident, readIncident } from '../records/incidents.ts';
import { markRead } from '../records/own-notices.ts';
import { chooseMail, listMailChoices } from '../records/unwanted-mail.ts';
import { createWebhook, listWebhooks, type NewSecret, removeWebhook, rotateSecret } from '../records/webhooks.ts';
import { type Context, ordered, text } from './orders.ts';

const MOST_NOTICES = 100;
const GREATEST_TEXT = 2_000;

export const noticeMutations: Pick<
  MutationResolvers,
  'markNoticesRead' | 'setNoticeMail' | 'announceIncident' | 'createWebhook' | 'rotateWebhookSecret' | 'removeWebhook'
> = {
  markNoticesRead: async (_root, { input }, { principal, inCompany }) => {
    const { subject } = principal;
    if (subject === undefined) throw forbidden();
    if (input.notices.length < 1 || input.notices.length > MOST_NOTICES) {
      throw badUserInput('input.notices', `has to name 1 to ${MOST_NOTICES}`);
    }
    const keys = input.notices.flatMap((id) => ownId(principal, id, ['Notice'], [])?.key ?? []);
    const notices = await inCompany((transaction) => markRead(transaction, subject, keys));
    return { notices, clientMutationId: input.clientMutationId ?? null };
  },

  setNoticeMail: async (_root, { input }, { principal: { tenant, subject }, inCompany }) => {
    if (subject === undefined) throw forbidden();
    const noticeMail = await inCompany(async (transaction) => {
      await chooseMail(transaction, { tenant, subject }, input);
      return listMailChoices(transaction, subject);
    });
    return { noticeMail, clientMutationId: input.clientMutationId ?? null };
  },

  announceIncident: async (_root, { input }, context) => {
    const announcement = { text: text(input.text, 'input.text', GREATEST_TEXT), roles: input.roles ?? undefined };
    if (announcement.roles?.length === 0) throw badUserInput('input.roles', 'has to name one, or be left out');
    const key = await ordered(context, 'announceIncident', input, (transaction, actor) =>
      announceIncident(transaction, actor, announcement),
    );
    const incident = key === undefined ? null : await context.inCompany((t) => readIncident(t, key));
    return { incident, clientMutationId: input.clientMutationId ?? null };
  },

  createWebhook: async (_root, { input }, context) => {
    const problem = problemOfAddress(input.url, context.isPlainLocalhostAllowed);
    if (problem) throw badUserInput('input.url', problem);
    return withSecret(context, 'createWebhook', input, (transaction, actor) =>
      createWebhook(transaction, actor, context.envelope, input.url),
    );
  },

  rotateWebhookSecret: (_root, { input }, context) => {
    const id = ownId(context.principal, input.webhook, ['Webhook'], ['webhook:manage']);
    return withSecret(context, 'rotateWebhookSecret', input, async (transaction, actor) =>
      id ? rotateSecret(transaction, actor, context.envelope, id.key) : undefined,
    );
  },

  removeWebhook: async (_root, { input }, context) => {
    const id = ownId(context.principal, input.webhook, ['Webhook'], ['webhook:manage']);
    const key = await ordered(context, 'removeWebhook', input, async (transaction) =>
      id ? removeWebhook(transaction, id.key) : undefined,
    );
    return { removed: key === undefined ? null : input.webhook, clientMutationId: input.clientMutationId ?? null };
  },
};

/** The secret is in the answer to whoever made it, and in none that comes after. */
async function withSecret(
  context: Context,
  operation: string,
  input: Parameters<typeof ordered>[2],
  act: (...given: Parameters<Parameters<typeof ordered>[3]>) => Promise<NewSecret | undefined>,
) {
  let made: NewSecret | undefined;
  const key = await ordered(context, operation, input, async (transaction, actor) => {
    made = await act(transaction, actor);
    return made?.key;
  });
  const webhooks = await context.inCompany(listWebhooks);
  const webhook = webhooks.find((one) => one.key === key) ?? null;
  return { webhook, secret: made?.secret ?? null, clientMutationId: input.clientMutationId ?? null };
}
