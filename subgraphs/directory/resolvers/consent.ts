import type { ConsentResolvers, Partner as GraphqlPartner } from '../generated/resolvers.ts';
import type { ConsentParent } from '../parents.ts';
import type { Partner } from '../records/partners.ts';
import { residenceOf } from '../records/residences.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Consent: EntityResolvers<ConsentResolvers, ConsentParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.consent.load(id),

  residence: ({ residence }, _, { principal, loaders }) =>
    loaders.residence.load(residenceOf(principal.tenant, residence)),

  partner: ({ partner }) => TO_GRAPHQL[partner],
};

export const FROM_GRAPHQL = { SMART_HOME: 'smart-home', COMMUNAL: 'communal' } as const satisfies Record<
  GraphqlPartner,
  Partner
>;

export const TO_GRAPHQL = { 'smart-home': 'SMART_HOME', communal: 'COMMUNAL' } as const satisfies Record<
  Partner,
  GraphqlPartner
>;
