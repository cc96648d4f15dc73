/** The directory, a process of its own. Composition root: configuration → parts → listen → drain. */
import { readPolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { createHeldKeys } from '@commonhold/platform/secrets/held-keys.ts';
import { createKeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import { measureSecrets } from '@commonhold/platform/secrets/metrics.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import { Registry } from 'prom-client';
import { startAccessChanges } from './changes/access-changes.ts';
import { readDirectoryConfiguration } from './configuration.ts';
import { openDirectory, refuseSampleEstate } from './database/open-directory.ts';
import { createTenantTransactions } from './database/tenant-transaction.ts';
import { directory } from './definition.ts';
import { readMailServer } from './delivery/mail-server.ts';
import { recurringWork } from './recurring/jobs.ts';
import { startRecurring } from './recurring/recurring.ts';
import { startGrantUses } from './uses/grant-uses.ts';

await runProcess('directory', async () => {
  const log = createLog('directory', process.env);
  const { secrets, masterKey, servers } = await openProcessSecrets(process.env, log);
  const configuration = readDirectoryConfiguration(process.env);
  const { port, dataDirectory, tlsDirectory, staleSeconds } = configuration;
  const mailServer = await readMailServer(process.env, secrets);
  const identity = await followIdentity('directory', tlsDirectory, masterKey, secrets);
  const envelope = createEnvelope(masterKey.ring('envelope:directory'));
  const database = await openDirectory(servers.database, dataDirectory);
  /** What a start that fails has begun. */
  const begun = [() => database.destroy()];
  try {
    const heldKey = createHeldKeys({ database, envelope, masterKey });
    const hash = createKeyedHash(await heldKey('directory:lookup'));
    if (isProduction(process.env)) await refuseSampleEstate(database);
    if (configuration.seedsDevelopment) {
      const { seedSampleEstate } = await import('./seed/write.ts');
      await seedSampleEstate(database, envelope, new Date());
    }
    const metrics = new Registry();
    measureSecrets(metrics, secrets);
    const isPlainLocalhostAllowed = !isProduction(process.env);
    const changes = await startAccessChanges({
      redisUrl: servers.redis,
      databaseUrl: servers.database,
      ...{ staleSeconds, database, log, metrics },
    });
    begun.push(() => changes.stop());
    const uses = startGrantUses({ inTenant: createTenantTransactions(database), log });
    begun.push(() => uses.stop());
    const definition = directory({
      ...{ database, envelope, identity, hash, isPlainLocalhostAllowed, changes, uses },
      issuerUrl: configuration.issuerUrl,
    });
    const policy = readPolicyMode(process.env);
    const running = await defineSubgraph(definition, {
      identity,
      port,
      log,
      metrics,
      policy,
      access: changes.publisher,
    });
    const work = recurringWork({
      database,
      envelope,
      metrics,
      mailServer,
      isPrivateAllowed: isPlainLocalhostAllowed,
      onAccessChanged: changes.noted,
    });
    const recurring = startRecurring(work.jobs, { database, log, metrics });
    return {
      stop: async () => {
        await recurring.stop();
        await work.close();
        await running.stop();
        secrets.close();
      },
    };
  } catch (error) {
    for (const end of begun.toReversed()) await end();
    throw error;
  }
});
