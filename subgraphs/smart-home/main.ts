/** The smart-home subgraph, a process of its own. Composition root: configuration → parts → listen → drain. */

import { join } from 'node:path';
import { openPartnerEvents } from '@commonhold/kit/events/partner-events.ts';
import { loadContract } from '@commonhold/kit/partner/contract.ts';
import { createPartnerMetrics } from '@commonhold/kit/partner/metrics.ts';
import { createPartner } from '@commonhold/kit/partner/partner.ts';
import { createEndAnnouncer } from '@commonhold/kit/partner/versions/announce.ts';
import { readPolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { createConsentDirectory } from '@commonhold/kit/tenancy/consents.ts';
import { configuredDoor } from '@commonhold/kit/webhooks/configured-door.ts';
import { readStaleSeconds } from '@commonhold/platform/access-feed/known-versions.ts';
import { dataDirectory, ports } from '@commonhold/platform/addresses.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { runProcess } from '@commonhold/platform/process.ts';
import { measureSecrets } from '@commonhold/platform/secrets/metrics.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { followServers } from '@commonhold/platform/secrets/server-passwords.ts';
import { followIdentity } from '@commonhold/platform/tls/follow-identity.ts';
import { Registry } from 'prom-client';
import { smartHome } from './definition.ts';
import { changeSchema, createAskDevice } from './partner/changes.ts';
import type { SmartHomeVersions } from './partner/client.ts';
import type { HomebridgeVersions } from './partner/homebridge/client.ts';

await runProcess('smart-home', async () => {
  const { SMART_HOME_PORT, SMART_HOME_WEBHOOKS_PORT, DIRECTORY_PORT } = ports(process.env);
  const data = dataDirectory(process.env);
  const log = createLog('smart-home', process.env);
  const { secrets, masterKey } = await openProcessSecrets(process.env, log);
  const identity = await followIdentity('smart-home', process.env['TLS_DIR'] ?? join(data, 'tls'), masterKey, secrets);
  const { redis } = await followServers(process.env, secrets);
  const metrics = new Registry();
  measureSecrets(metrics, secrets);
  const load = (contract: string) => loadContract(new URL(contract, import.meta.url), process.env);
  const contracts = [await load('partner/contract.yaml'), await load('partner/homebridge/contract.yaml')] as const;
  const directoryUrl = new URL(`https://localhost:${DIRECTORY_PORT}`);
  const ends = createEndAnnouncer(identity, directoryUrl, log);
  const parts = {
    identity,
    masterKey,
    secrets,
    dataDirectory: data,
    metrics: createPartnerMetrics(metrics, contracts),
    redis,
    announce: ends.announce,
  };
  const partner = await createPartner<SmartHomeVersions>({ ...parts, contract: contracts[0] });
  const homebridge = await createPartner<HomebridgeVersions>({ ...parts, contract: contracts[1] });
  const consents = createConsentDirectory(identity, 'smart-home', directoryUrl);
  const events = await openPartnerEvents({
    name: 'smart-home',
    contract: contracts[0],
    identity,
    door: await configuredDoor(process.env, { identity, port: SMART_HOME_WEBHOOKS_PORT, masterKey, secrets }),
    masterKey,
    secrets,
    dataDirectory: data,
    redis,
    metrics,
    log,
    schema: changeSchema,
    askEntity: createAskDevice({ partner, consents, log }),
  });
  const definition = { ...smartHome(partner, homebridge), routes: events.serve };
  const subgraph = await defineSubgraph(definition, {
    identity,
    port: SMART_HOME_PORT,
    log,
    metrics,
    directoryUrl,
    staleSeconds: readStaleSeconds(process.env),
    policy: readPolicyMode(process.env),
  });
  return {
    stop: async () => {
      await events.stop();
      await consents.close();
      await subgraph.stop();
      await ends.close();
    },
  };
});
