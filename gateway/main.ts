/** The gateway: the only public door. In one process, or in several workers under one. */
import cluster from 'node:cluster';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { openSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { followServers } from '@commonhold/platform/secrets/server-passwords.ts';
import { readGatewayConfiguration } from './config.ts';
import { joinSiblings } from './workers/siblings.ts';

await runProcess('gateway', async () => {
  const configuration = readGatewayConfiguration(process.env, process.argv.slice(2));
  const log = createLog('gateway', process.env);
  // Each kind of process loads what it needs.
  if (cluster.isPrimary && configuration.workers > 1) {
    const { startWorkers } = await import('./workers/primary.ts');
    return startWorkers({ configuration, log });
  }
  const { composeGateway } = await import('./compose-gateway.ts');
  const secrets = await openSecrets(process.env, log);
  const servers = await followServers(process.env, secrets);
  const siblings = joinSiblings(process.env);
  return composeGateway({
    configuration,
    servers,
    secrets,
    siblings,
    log: siblings ? log.child({ worker: siblings.number }) : log,
  });
});
