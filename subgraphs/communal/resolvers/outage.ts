import type { Outage as GraphqlOutage, OutageResolvers } from '../generated/resolvers.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Outage: EntityResolvers<OutageResolvers, GraphqlOutage> = {
  __resolveReference: ({ id }, { loaders }) => loaders.outage.load(id),
};
