/** The smart-home partner's development API, a process of its own. */
import { join } from 'node:path';
import { followSandboxClients } from '@commonhold/kit/sandbox/clients.ts';
import { sandboxLatency } from '@commonhold/kit/sandbox/latency.ts';
import { createSandbox } from '@commonhold/kit/sandbox/sandbox.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import { createSandboxEstate } from './estate.ts';
import { createHandlers } from './handlers.ts';
import { sandboxVersions } from './versions.ts';

await runProcess('smart-home-sandbox', async () => {
  const data = dataDirectory(process.env);
  const log = createLog('smart-home-sandbox', process.env);
  const { secrets, masterKey } = await openProcessSecrets(process.env, log);
  return createSandbox({
    name: 'smart-home-sandbox',
    port: ports(process.env).SMART_HOME_SANDBOX_PORT,
    identity: await followIdentity(
      'smart-home-sandbox',
      process.env['TLS_DIR'] ?? join(data, 'tls'),
      masterKey,
      secrets,
    ),
    accepts: ['smart-home'],
    clients: await followSandboxClients(data, 'smart-home', secrets),
    versions: sandboxVersions(createHandlers(createSandboxEstate(), () => new Date())),
    latencyMilliseconds: sandboxLatency(process.env),
    log,
    environment: process.env,
  });
});
