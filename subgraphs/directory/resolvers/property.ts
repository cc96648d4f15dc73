import { connection, parsePage } from '@commonhold/kit/paging.ts';
import type { PropertyResolvers } from '../generated/resolvers.ts';
import type { PropertyParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Property: EntityResolvers<PropertyResolvers, PropertyParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.property.load(id),

  residences: async ({ key }, args, { principal, loaders }) => {
    const scope = { tenant: principal.tenant, list: `Property.residences:${key}` };
    const { first, after } = parsePage(args, scope);
    const found = await loaders.buildingPage.load({ property: key, after: after ?? '', limit: first + 1 });
    return connection(found.slice(0, first), scope, ({ number }) => number, found.length > first);
  },
};
