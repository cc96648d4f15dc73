import { residenceId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceRequestResolvers } from '../generated/resolvers.ts';
import type { ServiceRequestParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const ServiceRequest: EntityResolvers<ServiceRequestResolvers, ServiceRequestParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.serviceRequest.load(id),

  description: ({ openDescription }) => openDescription(),
  residence: ({ residenceKey }, _, { principal }) => ({ id: residenceId(principal.tenant, residenceKey) }),
};
