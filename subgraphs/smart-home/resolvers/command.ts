import type { CommandResolvers } from '../generated/resolvers.ts';
import type { CommandParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

export const Command: EntityResolvers<CommandResolvers, CommandParent> = {
  __resolveReference: ({ id }, { loaders }) => loaders.command.load(id),

  device: ({ residenceKey, target }, _, { principal, loaders }) =>
    loaders.device.load({ tenant: principal.tenant, type: 'Device', residence: residenceKey, key: target }),
};
