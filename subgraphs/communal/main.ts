/** The communal subgraph, a process of its own. Composition root: configuration → parts → listen → drain. */
import { join } from 'node:path';
import { loadContract } from '@commonhold/kit/partner/contract.ts';
import { createPartnerMetrics } from '@commonhold/kit/partner/metrics.ts';
import { createPartner } from '@commonhold/kit/partner/partner.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { Registry } from 'prom-client';
import { communal } from './definition.ts';
import type { paths } from './partner/generated/v1.ts';

await runProcess('communal', async () => {
  const { COMMUNAL_PORT, DIRECTORY_PORT } = ports(process.env);
  const data = dataDirectory(process.env);
  const masterKey = await loadMasterKey(process.env);
  const identity = await loadIdentity('communal', process.env['TLS_DIR'] ?? join(data, 'tls'), masterKey);
  const metrics = new Registry();
  const partner = await createPartner<paths>({
    contract: await loadContract(new URL('partner/contract.yaml', import.meta.url), process.env),
    identity,
    masterKey,
    dataDirectory: data,
    metrics: createPartnerMetrics(metrics),
  });
  return defineSubgraph(communal(partner), {
    identity,
    port: COMMUNAL_PORT,
    log: createLog('communal', process.env),
    metrics,
    directoryUrl: new URL(`https://localhost:${DIRECTORY_PORT}`),
  });
});
