import type { ViewerResolvers } from '../generated/resolvers.ts';
import { companyWideId } from '../loaders.ts';

export const Viewer: ViewerResolvers = {
  company: (_viewer, _, { principal: { tenant }, loaders }) =>
    loaders.company.load(companyWideId(tenant, 'Company', tenant)),

  person: ({ person }, _, { principal, loaders }) =>
    person === null ? null : loaders.person.load(companyWideId(principal.tenant, 'Person', person)),
};
