import type { ConsentResolvers, Consent as GraphqlConsent, Partner as GraphqlPartner } from '../generated/resolvers.ts';
import type { ConsentRecord } from '../records/consents.ts';
import type { Partner } from '../records/partners.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Consent: EntityResolvers<ConsentResolvers, GraphqlConsent> = {
  __resolveReference: async ({ id }, { loaders }) => {
    const found = await loaders.consent.load(id);
    return found && toConsent(found);
  },
};

/** A consent as GraphQL spells it. */
export function toConsent({ id, partner, purpose, since, until, withdrawnAt }: ConsentRecord): GraphqlConsent {
  return {
    __typename: 'Consent',
    id,
    partner: TO_GRAPHQL[partner],
    purpose,
    since: since.toISOString(),
    until: until.toISOString(),
    withdrawnAt: withdrawnAt?.toISOString() ?? null,
  };
}

export const FROM_GRAPHQL = { SMART_HOME: 'smart-home', COMMUNAL: 'communal' } as const satisfies Record<
  GraphqlPartner,
  Partner
>;

const TO_GRAPHQL = { 'smart-home': 'SMART_HOME', communal: 'COMMUNAL' } as const satisfies Record<
  Partner,
  GraphqlPartner
>;
