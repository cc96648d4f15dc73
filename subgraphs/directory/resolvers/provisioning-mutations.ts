/** By which tokens a company's identity provider comes, and invitations to whom it put in. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import { hasAccepted, inviteUser } from '../records/invitations.ts';
import {
  createProvisioningToken,
  listProvisioningTokens,
  type NewProvisioningToken,
  revokeProvisioningToken,
} from '../records/provisioning-tokens.ts';
import { ordered } from './orders.ts';

export const provisioningMutations: Pick<
  MutationResolvers,
  'createProvisioningToken' | 'revokeProvisioningToken' | 'invitePerson'
> = {
  /** The token is in the answer to whoever made it, and in none that comes after. */
  createProvisioningToken: async (_root, { input }, context) => {
    const until = new Date(input.until);
    if (Number.isNaN(until.getTime())) throw badUserInput('input.until', 'has to be an ISO 8601 instant');
    let made: NewProvisioningToken | undefined;
    const key = await ordered(context, 'createProvisioningToken', input, async (transaction, actor) => {
      made = await createProvisioningToken(transaction, actor, context.hash, until);
      return made.key;
    });
    const tokens = await context.inCompany(listProvisioningTokens);
    return {
      provisioningToken: tokens.find((one) => one.key === key) ?? null,
      token: made?.token ?? null,
      clientMutationId: input.clientMutationId ?? null,
    };
  },

  revokeProvisioningToken: async (_root, { input }, context) => {
    const id = ownId(context.principal, input.provisioningToken, ['ProvisioningToken'], ['login:manage']);
    const key = await ordered(context, 'revokeProvisioningToken', input, async (transaction, actor) =>
      id ? revokeProvisioningToken(transaction, actor, id.key) : undefined,
    );
    return {
      revoked: key === undefined ? null : input.provisioningToken,
      clientMutationId: input.clientMutationId ?? null,
    };
  },

  invitePerson: async (_root, { input }, context) => {
    const { principal, loaders, envelope, hash, issuerUrl } = context;
    const id = ownId(principal, input.person, ['Person'], ['login:manage']);
    const key = await ordered(context, 'invitePerson', input, async (transaction, { tenant }) => {
      if (!id) return undefined;
      // Whoever can log in gets no second way in by mail: what is lost is recovered with a second person.
      if (await hasAccepted(transaction, id.key))
        throw badUserInput('input.person', 'has accepted an invitation before');
      return inviteUser({ tenant, transaction, envelope, hash, issuerUrl }, id.key);
    });
    const person = key === undefined ? null : await loaders.person.load(companyWideId(principal.tenant, 'Person', key));
    return { person, clientMutationId: input.clientMutationId ?? null };
  },
};
