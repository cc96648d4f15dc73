import type { RoleGrantResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import type { RoleGrantParent } from '../parents.ts';
import { residenceOf } from '../records/residences.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const RoleGrant: EntityResolvers<RoleGrantResolvers, RoleGrantParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.grant.load(id),

  person: ({ person }, _, { principal, loaders }) =>
    person === null ? null : loaders.person.load(companyWideId(principal.tenant, 'Person', person)),

  residences: async ({ residences }, _, { principal, loaders }) => {
    if (residences === null) return null;
    const found = await loaders.residence.loadMany(residences.map((key) => residenceOf(principal.tenant, key)));
    return found.filter((residence) => residence !== null);
  },

  properties: async ({ properties }, _, { principal, loaders }) => {
    if (properties === null) return null;
    const ids = properties.map((key) => companyWideId(principal.tenant, 'Property', key));
    return (await loaders.property.loadMany(ids)).filter((property) => property !== null);
  },
};
