/** The communal partner's development API, a process of its own. */
import { join } from 'node:path';
import { loadSandboxClients } from '@commonhold/kit/sandbox/clients.ts';
import { sandboxLatency } from '@commonhold/kit/sandbox/latency.ts';
import { createSandbox } from '@commonhold/kit/sandbox/sandbox.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import type { operations } from '../partner/generated/v1.ts';
import { createSandboxEstate } from './estate.ts';
import { createHandlers } from './handlers.ts';

await runProcess('communal-sandbox', async () => {
  const data = dataDirectory(process.env);
  const masterKey = await loadMasterKey(process.env);
  return createSandbox<operations>({
    name: 'communal-sandbox',
    port: ports(process.env).COMMUNAL_SANDBOX_PORT,
    identity: await loadIdentity('communal-sandbox', process.env['TLS_DIR'] ?? join(data, 'tls'), masterKey),
    accepts: ['communal'],
    clients: await loadSandboxClients(data, 'communal'),
    openapi: new URL('../partner/openapi/v1.yaml', import.meta.url),
    handlers: createHandlers(createSandboxEstate(new Date()), () => new Date()),
    latencyMilliseconds: sandboxLatency(process.env),
    log: createLog('communal-sandbox', process.env),
    environment: process.env,
  });
});
