/** The directory as `defineSubgraph` takes it. */
import type { SubgraphDefinition } from '@commonhold/kit/subgraph-definition.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { type Kysely, sql } from 'kysely';
import { type Briefing, currentBriefing } from './briefing/briefing.ts';
import type { AccessChanges } from './changes/access-changes.ts';
import type { Tables } from './database/tables.ts';
import { createTenantTransactions } from './database/tenant-transaction.ts';
import { createServices, type Services } from './loaders.ts';
import { serveProvisioning } from './provisioning/door.ts';
import { resolvers } from './resolvers/index.ts';
import { serveAccess } from './routes/access.ts';
import { serveActive } from './routes/active.ts';
import { serveAssignments } from './routes/assignments.ts';
import { serveChanges } from './routes/changes.ts';
import { serveConsents } from './routes/consents.ts';
import { serveEnded } from './routes/ended.ts';
import { serveFederatedLogin } from './routes/federated-login.ts';
import { serveIdentityProvider } from './routes/identity-provider.ts';
import { serveInvitation } from './routes/invitation.ts';
import { serveNotices } from './routes/notices.ts';
import { serveRecovery } from './routes/recovery.ts';
import { serveVersionEnds } from './routes/version-ends.ts';
import type { GrantUses } from './uses/grant-uses.ts';

export interface DirectoryParts {
  /** Up to date; closed with the subgraph. */
  readonly database: Kysely<Tables>;
  /** The key of personal columns. */
  readonly envelope: Envelope;
  readonly identity: ServiceIdentity;
  /** Of what is looked up without being known: tokens, and what a company's provider knows people by. */
  readonly hash: KeyedHash;
  /** Where people log in. */
  readonly issuerUrl: string;
  /** Whether an address that somebody names may be http on this machine, as in development. */
  readonly isPlainLocalhostAllowed: boolean;
  /** Told of what requests change; stopped with the subgraph. */
  readonly changes: AccessChanges;
  /** Told of what gives rights; stopped with the subgraph. */
  readonly uses: GrantUses;
  /** What people who work for a company have to confirm yearly; ours unless a test has another. */
  readonly briefing?: Briefing;
}

export function directory(parts: DirectoryParts): SubgraphDefinition<Services> {
  const { database, envelope, identity, hash, issuerUrl, isPlainLocalhostAllowed, changes, uses } = parts;
  const { briefing = currentBriefing() } = parts;
  const inTenant = createTenantTransactions(database, changes.noted);
  return {
    name: 'directory',
    schemaFiles: [
      new URL('schema.graphql', import.meta.url),
      new URL(import.meta.resolve('@commonhold/schema/policy.graphql')),
    ],
    resolvers,
    services: (request) =>
      createServices(request, { inTenant, envelope, hash, issuerUrl, isPlainLocalhostAllowed, briefing }),
    routes: (server) => {
      serveAccess(server, { identity, inTenant, uses, briefing });
      serveAssignments(server, identity, inTenant);
      serveConsents(server, identity, inTenant);
      serveNotices(server, identity, inTenant);
      serveVersionEnds(server, identity, inTenant);
      serveIdentityProvider(server, identity, inTenant);
      serveFederatedLogin(server, identity, inTenant);
      serveActive(server, identity, inTenant);
      serveEnded(server, identity, inTenant);
      serveProvisioning(server, { identity, inTenant, envelope, hash, issuerUrl });
      serveInvitation(server, { identity, inTenant, envelope, hash });
      serveRecovery(server, { identity, inTenant, envelope, hash });
      serveChanges(server, identity, changes.publisher);
    },
    isReady: () =>
      sql`select 1`.execute(database).then(
        () => true,
        () => false,
      ),
    close: async () => {
      await changes.stop();
      await uses.stop();
      await database.destroy();
    },
  };
}
