/** Decisions on those who lost what they log in with. */
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { MutationResolvers, QueryResolvers, RecoveryRequestResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import { approveRecovery, listRecoveryRequests, refuseRecovery } from '../records/recovery-requests.ts';
import { ordered, text } from './orders.ts';

const GREATEST_CODE = 40;

export const RecoveryRequest: RecoveryRequestResolvers = {
  person: ({ person }, _, { principal, loaders }) =>
    person === null ? null : loaders.person.load(companyWideId(principal.tenant, 'Person', person)),
};

export const recoveryQueries: Pick<QueryResolvers, 'recoveryRequests'> = {
  recoveryRequests: (_root, _args, { inCompany }) => inCompany(listRecoveryRequests),
};

export const recoveryMutations: Pick<MutationResolvers, 'approveRecovery' | 'refuseRecovery'> = {
  approveRecovery: async (_root, { input }, context) => {
    const { principal, envelope, hash, issuerUrl } = context;
    const id = ownId(principal, input.request, ['RecoveryRequest'], ['grant:manage']);
    const code = text(input.code, 'input.code', GREATEST_CODE);
    const key = await ordered(context, 'approveRecovery', input, async (transaction, actor) =>
      id
        ? approveRecovery({ tenant: actor.tenant, transaction, envelope, hash, issuerUrl }, actor, id.key, code)
        : undefined,
    );
    return { decided: key === undefined ? null : input.request, clientMutationId: input.clientMutationId ?? null };
  },

  refuseRecovery: async (_root, { input }, context) => {
    const id = ownId(context.principal, input.request, ['RecoveryRequest'], ['grant:manage']);
    const key = await ordered(context, 'refuseRecovery', input, async (transaction, actor) =>
      id ? refuseRecovery(transaction, actor, id.key) : undefined,
    );
    return { decided: key === undefined ? null : input.request, clientMutationId: input.clientMutationId ?? null };
  },
};
