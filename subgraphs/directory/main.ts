/** The directory, a process of its own. Composition root: configuration → parts → listen → drain. */
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { isProduction } from '@commonhold/platform/configuration.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { Registry } from 'prom-client';
import { readDirectoryConfiguration } from './configuration.ts';
import { openDirectory, refuseSampleEstate } from './database/open-directory.ts';
import { directory } from './definition.ts';

await runProcess('directory', async () => {
  const configuration = readDirectoryConfiguration(process.env);
  const { port, dataDirectory, tlsDirectory, databaseUrl } = configuration;
  const masterKey = await loadMasterKey(process.env);
  const identity = await loadIdentity('directory', tlsDirectory, masterKey);
  const envelope = createEnvelope(masterKey.derive('envelope:directory'));
  const database = await openDirectory(databaseUrl, dataDirectory);
  try {
    if (isProduction(process.env)) await refuseSampleEstate(database);
    if (configuration.seedsDevelopment) {
      const { seedSampleEstate } = await import('./seed/write.ts');
      await seedSampleEstate(database, envelope, new Date());
    }
    return await defineSubgraph(directory({ database, envelope, identity }), {
      identity,
      port,
      log: createLog('directory', process.env),
      metrics: new Registry(),
    });
  } catch (error) {
    await database.destroy();
    throw error;
  }
});
