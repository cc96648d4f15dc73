/** The communal subgraph, a process of its own. Composition root: configuration → parts → listen → drain. */

import { join } from 'node:path';
import { openPartnerEvents } from '@commonhold/kit/events/partner-events.ts';
import { loadContract } from '@commonhold/kit/partner/contract.ts';
import { createPartnerMetrics } from '@commonhold/kit/partner/metrics.ts';
import { createPartner } from '@commonhold/kit/partner/partner.ts';
import { createEndAnnouncer } from '@commonhold/kit/partner/versions/announce.ts';
import { readPolicyMode } from '@commonhold/kit/shield/policy-mode.ts';
import { defineSubgraph } from '@commonhold/kit/subgraph.ts';
import { createConsentDirectory } from '@commonhold/kit/tenancy/consents.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
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
import { createAssignments } from './assignments/assignments.ts';
import { createLook } from './assignments/look.ts';
import { startLooks } from './assignments/looks.ts';
import { communal } from './definition.ts';
import { changeSchema, createAskChanges, createAskServiceRequest } from './partner/changes.ts';
import type { CommunalVersions } from './partner/client.ts';

await runProcess('communal', async () => {
  const { COMMUNAL_PORT, COMMUNAL_WEBHOOKS_PORT, DIRECTORY_PORT } = ports(process.env);
  const data = dataDirectory(process.env);
  const log = createLog('communal', process.env);
  const { secrets, masterKey } = await openProcessSecrets(process.env, log);
  const identity = await followIdentity('communal', process.env['TLS_DIR'] ?? join(data, 'tls'), masterKey, secrets);
  const { redis } = await followServers(process.env, secrets);
  const metrics = new Registry();
  measureSecrets(metrics, secrets);
  const contract = await loadContract(new URL('partner/contract.yaml', import.meta.url), process.env);
  const directoryUrl = new URL(`https://localhost:${DIRECTORY_PORT}`);
  const ends = createEndAnnouncer(identity, directoryUrl, log);
  const partner = await createPartner<CommunalVersions>({
    contract,
    identity,
    masterKey,
    secrets,
    dataDirectory: data,
    metrics: createPartnerMetrics(metrics, [contract]),
    redis,
    announce: ends.announce,
  });
  const assignments = createAssignments(identity, directoryUrl, log);
  const consents = createConsentDirectory(identity, 'communal', directoryUrl);
  const events = await openPartnerEvents({
    name: 'communal',
    contract,
    identity,
    door: await configuredDoor(process.env, { identity, port: COMMUNAL_WEBHOOKS_PORT, masterKey, secrets }),
    masterKey,
    secrets,
    dataDirectory: data,
    redis,
    metrics,
    log,
    schema: changeSchema,
    askEntity: createAskServiceRequest({ partner, consents, log }),
    askChanges: createAskChanges({ partner, log }),
  });
  const definition = { ...communal(partner, assignments), routes: events.serve };
  const subgraph = await defineSubgraph(definition, {
    identity,
    port: COMMUNAL_PORT,
    log,
    metrics,
    directoryUrl,
    staleSeconds: readStaleSeconds(process.env),
    policy: readPolicyMode(process.env),
  });
  // A partner that has no address here is never asked.
  const companies = partner.contract.address === undefined ? [] : Object.keys(partner.contract.companies).map(tenantId);
  const looks = startLooks({ companies, look: createLook({ partner, assignments, log }), log, metrics });
  return {
    stop: async () => {
      await looks.stop();
      await events.stop();
      await consents.close();
      await subgraph.stop();
      await ends.close();
    },
  };
});
