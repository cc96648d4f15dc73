/** For tests: the directory with the sample estate, on a database that is thrown away. */
import { readPolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { createTestIdentities } from '@commonhold/kit/testing/identities.ts';
import { STALE_SECONDS } from '@commonhold/platform/access-feed/known-versions.ts';
import { createLog } from '@commonhold/platform/log.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { createKeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import type { ServiceIdentity, ServiceName } from '@commonhold/platform/tls/identity.ts';
import type { ProvideDatabase } from '@commonhold/test/databases.ts';
import type { Kysely } from 'kysely';
import { Registry } from 'prom-client';
import { startAccessChanges } from '../changes/access-changes.ts';
import { openDirectory } from '../database/open-directory.ts';
import type { Tables } from '../database/tables.ts';
import { createTenantTransactions } from '../database/tenant-transaction.ts';
import { directory } from '../definition.ts';
import { startGrantUses } from '../uses/grant-uses.ts';
import { SAMPLE_ESTATE } from './sample-estate.ts';

export interface StartedDirectory {
  readonly gateway: TestGateway;
  /** As the owner of its tables. */
  readonly database: Kysely<Tables>;
  readonly envelope: Envelope;
  readonly port: number;
  /** Whom it knows, to call it as. */
  identityOf(name: ServiceName): Promise<ServiceIdentity>;
  stop(): Promise<void>;
}

export async function startDirectory(provide: ProvideDatabase): Promise<StartedDirectory> {
  const provided = await provide(SAMPLE_ESTATE);
  const identities = await createTestIdentities();
  const database = await openDirectory(provided.url, provided.dataDirectory);
  const envelope = SAMPLE_ESTATE.envelope;
  const identity = await identities.of('directory');
  const log = createLog('directory', { LOG_LEVEL: 'silent' });
  const metrics = new Registry();
  const settings = { redisUrl: undefined, databaseUrl: provided.url, staleSeconds: STALE_SECONDS };
  const changes = await startAccessChanges({ ...settings, database, log, metrics });
  const definition = directory({
    ...{ database, envelope, identity, changes },
    uses: startGrantUses({ inTenant: createTenantTransactions(database), log, everyMilliseconds: 50 }),
    hash: createKeyedHash(new Uint8Array(32).fill(8)),
    issuerUrl: 'http://localhost:4100',
    isPlainLocalhostAllowed: true,
  });
  const running = await defineSubgraph(definition, {
    ...{ identity, port: 0, log, metrics, access: changes.publisher },
    policy: readPolicyMode(process.env),
  });
  const gateway = createTestGateway(await identities.of('gateway'), 'directory', running.port);
  return {
    gateway,
    database,
    envelope,
    port: running.port,
    identityOf: (name) => identities.of(name),
    stop: async () => {
      await gateway.close();
      await running.stop();
      await identities.remove();
      await provided.remove();
    },
  };
}
