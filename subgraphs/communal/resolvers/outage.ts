import { encodeId } from '@commonhold/kit/tenancy/ids.ts';
import type { Outage as GraphqlOutage, OutageResolvers } from '../generated/resolvers.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Outage: EntityResolvers<OutageResolvers, GraphqlOutage> = {
  __resolveReference: async ({ id }, { loaders }) => (await loaders.outages()).get(encodeId(id)) ?? null,
};
