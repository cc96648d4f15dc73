import type { CompanyResolvers } from '../generated/resolvers.ts';
import type { CompanyRecord } from '../records/companies.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Company: EntityResolvers<CompanyResolvers, CompanyRecord> = {
  __resolveReference: ({ id }, { loaders }) => loaders.company.load(id),
};
