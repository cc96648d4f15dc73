import { connectionOf } from '@commonhold/kit/paging.ts';
import { decodeId, encodeId } from '@commonhold/kit/tenancy/ids.ts';
import type { ResidenceResolvers } from '../generated/resolvers.ts';
import type { ResidenceParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Residence: EntityResolvers<ResidenceResolvers, ResidenceParent> = {
  __resolveReference: ({ id }) => ({ id: encodeId(id) }),

  devices: async ({ id }, args, { principal, loaders }) => {
    const residence = decodeId(id)?.residence;
    const devices = residence && (await loaders.devicesOf.load(residence));
    if (!devices) return null;
    const scope = { tenant: principal.tenant, list: `Residence.devices:${residence}` };
    return connectionOf(devices, args, scope, ({ key }) => key);
  },

  scenes: async ({ id }, _, { loaders }) => {
    const residence = decodeId(id)?.residence;
    return residence ? loaders.scenesOf.load(residence) : null;
  },
};
