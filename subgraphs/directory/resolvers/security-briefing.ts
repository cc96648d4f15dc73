/** The security briefing, and one's own confirmation of it. */
import { randomUUID } from 'node:crypto';
import { BRIEFING } from '@commonhold/schema/policy.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { readAccess } from '../records/access.ts';
import { confirmBriefing, isBriefingDue, readConfirmation } from '../records/briefings.ts';
import { type Context, ordered } from './orders.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export const briefingQueries: Pick<QueryResolvers, 'securityBriefing'> = {
  securityBriefing: (_root, _args, context) => briefingOf(context),
};

export const briefingMutations: Pick<MutationResolvers, 'confirmSecurityBriefing'> = {
  confirmSecurityBriefing: async (_root, { input }, context) => {
    const order = { ...input, idempotencyKey: input.idempotencyKey ?? randomUUID() };
    await ordered(context, 'confirmSecurityBriefing', order, (transaction, actor) =>
      confirmBriefing(transaction, actor, input.version, context.briefing.version),
    );
    return { securityBriefing: await briefingOf(context), clientMutationId: input.clientMutationId ?? null };
  },
};

/** null for nobody in particular, and for services. */
async function briefingOf({ principal: { subject }, briefing, inCompany }: Context) {
  if (subject === undefined) return null;
  const { version, text } = briefing;
  return inCompany(async (transaction) => {
    const access = await readAccess(transaction, subject);
    if (access.kind !== 'person') return null;
    const confirmedAt = await readConfirmation(transaction, subject, version);
    return {
      version,
      text,
      required: isBriefingDue(access, version),
      confirmedAt: confirmedAt?.toISOString() ?? null,
      dueAt: confirmedAt ? new Date(confirmedAt.getTime() + BRIEFING.everyDays * DAY_MILLISECONDS).toISOString() : null,
    };
  });
}
