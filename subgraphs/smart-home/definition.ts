/** The smart-home subgraph as `defineSubgraph` takes it. */
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { SubgraphDefinition, SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import { createDevicePartners, type LocalPartner } from './device-partners.ts';
import { createServices, type Services } from './loaders.ts';
import type { SmartHomeVersions } from './partner/client.ts';
import type { HomebridgeVersions } from './partner/homebridge/client.ts';
import { createHomebridge } from './partner/homebridge/homebridge.ts';
import { createOrderMemory } from './partner/homebridge/orders.ts';
import { createSmartHomePartner } from './partner/smart-home.ts';
import { resolvers } from './resolvers/index.ts';

/** @param partner closed with the subgraph, and so is `homebridge`, which holds the devices of some residences */
export function smartHome(
  partner: Partner<SmartHomeVersions>,
  homebridge?: Partner<HomebridgeVersions>,
): SubgraphDefinition<Services> {
  const memory = createOrderMemory();
  const locals = (request: SubgraphRequest): readonly LocalPartner[] => {
    const { tenant } = request.principal;
    if (!homebridge?.serves(tenant)) return [];
    return [
      {
        partner: createHomebridge(homebridge, memory, request),
        serves: (residence) => homebridge.serves(tenant, residence),
      },
    ];
  };
  return {
    name: 'smart-home',
    schemaFiles: [new URL('schema.graphql', import.meta.url)],
    resolvers,
    services: (request) =>
      createServices(request, createDevicePartners(createSmartHomePartner(partner, request), locals(request))),
    close: async () => {
      await partner.close();
      await homebridge?.close();
    },
  };
}
