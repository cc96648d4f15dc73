/** The directory as `defineSubgraph` takes it. */
import type { SubgraphDefinition } from '@commonhold/kit/subgraph-definition.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { type Kysely, sql } from 'kysely';
import type { Tables } from './database/tables.ts';
import { createTenantTransactions } from './database/tenant-transaction.ts';
import { createServices, type Services } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { serveAccess } from './routes/access.ts';
import { serveConsents } from './routes/consents.ts';

export interface DirectoryParts {
  /** Up to date; closed with the subgraph. */
  readonly database: Kysely<Tables>;
  /** The key of personal columns. */
  readonly envelope: Envelope;
  readonly identity: ServiceIdentity;
}

export function directory({ database, envelope, identity }: DirectoryParts): SubgraphDefinition<Services> {
  const inTenant = createTenantTransactions(database);
  return {
    name: 'directory',
    schemaFiles: [
      new URL('schema.graphql', import.meta.url),
      new URL(import.meta.resolve('@commonhold/schema/policy.graphql')),
    ],
    resolvers,
    services: (request) => createServices(request, inTenant, envelope),
    routes: (server) => {
      serveAccess(server, identity, inTenant);
      serveConsents(server, identity, inTenant);
    },
    isReady: () =>
      sql`select 1`.execute(database).then(
        () => true,
        () => false,
      ),
    close: () => database.destroy(),
  };
}
