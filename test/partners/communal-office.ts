/** What is done at the communal partner itself, past the graph, and a look of the subgraph at it when a test wants one. */
import { randomUUID } from 'node:crypto';
import { type Assignments, createAssignments } from '@commonhold/communal/assignments/assignments.ts';
import { createLook } from '@commonhold/communal/assignments/look.ts';
import {
  type CommunalVersions,
  createCommunalClient,
  type ServiceRequestChange,
} from '@commonhold/communal/partner/client.ts';
import { loadContract } from '@commonhold/kit/partner/contract.ts';
import { createPartnerMetrics } from '@commonhold/kit/partner/metrics.ts';
import { createPartner } from '@commonhold/kit/partner/partner.ts';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { openProcessSecrets } from '@commonhold/platform/secrets/process-secrets.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { Registry } from 'prom-client';
import { system } from '../system/description.ts';

export interface PartnerOffice {
  /** Changes a service request, by the company's own credentials. */
  change(request: string, change: ServiceRequestChange): Promise<void>;
  /** As the subgraph looks every minute. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** By the identity of the communal subgraph of the system under test; close it after the test. */
export async function openPartnerOffice(tenant: TenantId): Promise<PartnerOffice> {
  const environment = { ...process.env, ...system().environment, LOG_LEVEL: 'silent' };
  const { DATA_DIR: dataDirectory, PORT_BASE: base } = environment;
  const log = createLog('communal', environment);
  const { secrets, masterKey } = await openProcessSecrets(environment, log);
  const identity = await loadIdentity('communal', `${dataDirectory}/tls`, masterKey);
  const partner = await createPartner<CommunalVersions>({
    contract: await loadContract(new URL('../../subgraphs/communal/partner/contract.yaml', import.meta.url), {
      COMMUNAL_SANDBOX_PORT: String(Number(base) + 303),
    }),
    ...{ identity, masterKey, secrets, dataDirectory },
    metrics: createPartnerMetrics(new Registry(), []),
  });
  const assignments: Assignments = createAssignments(identity, new URL(`https://localhost:${Number(base) + 201}`), log);
  const look = createLook({ partner, assignments, log });
  const { signal } = new AbortController();
  return {
    change: async (request, change) => {
      const asked = { principal: { tenant }, requestId: randomUUID(), deadline: Date.now() + 5_000, signal, log };
      await createCommunalClient(partner, asked).updateServiceRequest(randomUUID(), request, change);
    },
    look: async () => {
      await look(tenant, signal);
    },
    close: async () => {
      await assignments.close();
      await partner.close();
    },
  };
}
