import { badUserInput } from '@commonhold/kit/errors.ts';
import { ownId } from '@commonhold/kit/tenancy/principal.ts';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { giveConsent, withdrawConsent } from '../records/consents.ts';
import { breakGlassMutations } from './break-glass.ts';
import { FROM_GRAPHQL } from './consent.ts';
import { grantMutations } from './grant-mutations.ts';
import { groupMutations } from './groups.ts';
import { identityProviderMutations } from './identity-provider-mutations.ts';
import { noticeMutations } from './notice-mutations.ts';
import { partnerContractMutations } from './partner-contract.ts';
import { provisioningMutations } from './provisioning-mutations.ts';
import { recoveryMutations } from './recovery.ts';
import { reviewMutations } from './review-mutations.ts';
import { briefingMutations } from './security-briefing.ts';

const GREATEST_YEARS = 2;

export const Mutation: MutationResolvers = {
  ...breakGlassMutations,
  ...briefingMutations,
  ...grantMutations,
  ...identityProviderMutations,
  ...groupMutations,
  ...noticeMutations,
  ...partnerContractMutations,
  ...provisioningMutations,
  ...recoveryMutations,
  ...reviewMutations,

  giveConsent: async (_root, { input }, { principal, inCompany }) => {
    const { partner, purpose = 'OPERATION', clientMutationId } = input;
    const until = parseUntil(input.until, new Date());
    const residence = ownId(principal, input.residence, ['Residence'], ['consent:manage'])?.residence;
    const consent =
      residence &&
      (await inCompany((transaction) =>
        giveConsent(transaction, principal.tenant, { residence, partner: FROM_GRAPHQL[partner], purpose, until }),
      ));
    return payload(consent ?? null, clientMutationId);
  },

  withdrawConsent: async (_root, { input }, { principal, inCompany }) => {
    const id = ownId(principal, input.consent, ['Consent'], ['consent:manage']);
    const residence = id?.residence;
    const consent =
      residence && (await inCompany((transaction) => withdrawConsent(transaction, { key: id.key, residence })));
    return payload(consent ?? null, input.clientMutationId);
  },
};

/** @throws {GraphQLError} BAD_USER_INPUT naming `input.until` */
function parseUntil(value: string, now: Date): Date {
  const until = new Date(value);
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + GREATEST_YEARS);
  if (!(until > now)) throw badUserInput('input.until', 'has to lie in the future');
  if (!(until <= latest)) throw badUserInput('input.until', `may lie at most ${GREATEST_YEARS} years ahead`);
  return until;
}

function payload<Consent>(consent: Consent | null, clientMutationId: string | null | undefined) {
  return { consent, clientMutationId: clientMutationId ?? null };
}
