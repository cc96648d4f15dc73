/** The communal partner's development API, a process of its own. */
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

await runProcess('communal-sandbox', async () => {
  const data = dataDirectory(process.env);
  const log = createLog('communal-sandbox', process.env);
  const { secrets, masterKey } = await openProcessSecrets(process.env, log);
  return createSandbox({
    name: 'communal-sandbox',
    port: ports(process.env).COMMUNAL_SANDBOX_PORT,
    identity: await followIdentity('communal-sandbox', process.env['TLS_DIR'] ?? join(data, 'tls'), masterKey, secrets),
    accepts: ['communal'],
    clients: await followSandboxClients(data, 'communal', secrets),
    versions: sandboxVersions(createHandlers(createSandboxEstate(new Date()), () => new Date())),
    latencyMilliseconds: sandboxLatency(process.env),
    log,
    environment: process.env,
  });
});
