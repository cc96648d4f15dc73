/** The communal partner's development API, a process of its own. */
import { join } from 'node:path';
import { createSandboxChanges } from '@commonhold/kit/sandbox/changes.ts';
import { followSandboxClients } from '@commonhold/kit/sandbox/clients.ts';
import { sandboxLatency } from '@commonhold/kit/sandbox/latency.ts';
import { createSandbox } from '@commonhold/kit/sandbox/sandbox.ts';
import { followWebhookKeys } from '@commonhold/kit/sandbox/webhook-keys.ts';
import { createWebhookSender } from '@commonhold/kit/sandbox/webhooks.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import { createHappening, createTeller, type ServiceRequestChanged } from './changes.ts';
import { createSandboxEstate } from './estate.ts';
import { createHandlers } from './handlers.ts';
import { sandboxVersions } from './versions.ts';

await runProcess('communal-sandbox', async () => {
  const data = dataDirectory(process.env);
  const log = createLog('communal-sandbox', process.env);
  const { secrets, masterKey } = await openProcessSecrets(process.env, log);
  const { COMMUNAL_SANDBOX_PORT, COMMUNAL_WEBHOOKS_PORT } = ports(process.env);
  const tlsDirectory = process.env['TLS_DIR'] ?? join(data, 'tls');
  const identity = await followIdentity('communal-sandbox', tlsDirectory, masterKey, secrets);
  const clients = await followSandboxClients(data, 'communal', secrets);
  const companies = clients().map(({ company }) => company);
  const webhooks = createWebhookSender({
    url: () => `https://localhost:${COMMUNAL_WEBHOOKS_PORT}/webhooks`,
    identity,
    keys: await followWebhookKeys({ secrets, masterKey, dataDirectory: data }, 'communal', companies),
    log,
  });
  const now = () => new Date();
  const estate = createSandboxEstate(now());
  const changes = createSandboxChanges<ServiceRequestChanged>(now, webhooks.send);
  const sandbox = await createSandbox({
    name: 'communal-sandbox',
    port: COMMUNAL_SANDBOX_PORT,
    identity,
    accepts: ['communal'],
    clients,
    versions: sandboxVersions(createHandlers(estate, now, changes)),
    happen: createHappening(estate, createTeller(changes), now),
    latencyMilliseconds: sandboxLatency(process.env),
    log,
    environment: process.env,
  });
  return {
    stop: async () => {
      await webhooks.stop();
      await sandbox.stop();
    },
  };
});
