/** The communal subgraph as `defineSubgraph` takes it. */
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { SubgraphDefinition } from '@commonhold/kit/subgraph-definition.ts';
import type { Assignments } from './assignments/assignments.ts';
import { createServices, type Services } from './loaders.ts';
import type { CommunalVersions } from './partner/client.ts';
import { resolvers } from './resolvers/index.ts';

/** @param partner closed with the subgraph, as what tells of assignments */
export function communal(partner: Partner<CommunalVersions>, assignments: Assignments): SubgraphDefinition<Services> {
  return {
    name: 'communal',
    schemaFiles: [new URL('schema.graphql', import.meta.url)],
    resolvers,
    services: (request) => createServices(request, partner, assignments),
    close: async () => {
      await assignments.close();
      await partner.close();
    },
  };
}
