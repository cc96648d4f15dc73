/** The smart-home subgraph as `defineSubgraph` takes it. */
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { SubgraphDefinition } from '@commonhold/kit/subgraph-definition.ts';
import { createDevicePartners } from './device-partners.ts';
import { createServices, type Services } from './loaders.ts';
import type { paths } from './partner/generated/v1.ts';
import { createSmartHomePartner } from './partner/smart-home.ts';
import { resolvers } from './resolvers/index.ts';

/** @param partner closed with the subgraph */
export function smartHome(partner: Partner<paths>): SubgraphDefinition<Services> {
  return {
    name: 'smart-home',
    schemaFiles: [new URL('schema.graphql', import.meta.url)],
    resolvers,
    services: (request) => createServices(request, createDevicePartners(createSmartHomePartner(partner, request), [])),
    close: () => partner.close(),
  };
}
