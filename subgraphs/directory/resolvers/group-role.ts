import type { GroupRoleResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';
import { residenceOf } from '../records/residences.ts';

export const GroupRole: GroupRoleResolvers = {
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
