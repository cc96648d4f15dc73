/** The smart-home partner's development API, a process of its own. */
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
import { createHappening, createTeller, type DeviceChanged } from './changes.ts';
import { createSandboxEstate } from './estate.ts';
import { createHandlers } from './handlers.ts';
import { sandboxVersions } from './versions.ts';

await runProcess('smart-home-sandbox', async () => {
  const data = dataDirectory(process.env);
  const log = createLog('smart-home-sandbox', process.env);
  const { secrets, masterKey } = await openProcessSecrets(process.env, log);
  const { SMART_HOME_SANDBOX_PORT, SMART_HOME_WEBHOOKS_PORT } = ports(process.env);
  const tlsDirectory = process.env['TLS_DIR'] ?? join(data, 'tls');
  const identity = await followIdentity('smart-home-sandbox', tlsDirectory, masterKey, secrets);
  const clients = await followSandboxClients(data, 'smart-home', secrets);
  const companies = clients().map(({ company }) => company);
  const webhooks = createWebhookSender({
    url: () => `https://localhost:${SMART_HOME_WEBHOOKS_PORT}/webhooks`,
    identity,
    keys: await followWebhookKeys({ secrets, masterKey, dataDirectory: data }, 'smart-home', companies),
    log,
  });
  const now = () => new Date();
  const estate = createSandboxEstate();
  const told = createTeller(createSandboxChanges<DeviceChanged>(now, webhooks.send));
  const sandbox = await createSandbox({
    name: 'smart-home-sandbox',
    port: SMART_HOME_SANDBOX_PORT,
    identity,
    accepts: ['smart-home'],
    clients,
    versions: sandboxVersions(createHandlers(estate, now, told)),
    happen: createHappening(estate, told),
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
