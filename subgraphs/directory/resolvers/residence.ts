import type { ResidenceResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import type { ResidenceParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Residence: EntityResolvers<ResidenceResolvers, ResidenceParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.residence.load(id),

  property: ({ property }, _, { principal, loaders }) =>
    loaders.property.load(companyWideId(principal.tenant, 'Property', property)),

  occupants: async ({ key }, _, { loaders }) => (await loaders.occupants.load(key)) ?? [],

  consents: async ({ key }, _, { loaders }) => (await loaders.consents.load(key)) ?? [],
};
