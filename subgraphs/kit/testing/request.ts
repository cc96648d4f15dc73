/** For tests: a request without a server, for loaders and resolvers. */
import { createLog } from '@commonhold/platform/log.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { NO_CONSENTS } from '../tenancy/consents.ts';
import type { TenantId } from '../tenancy/ids.ts';
import type { Principal } from '../tenancy/principal.ts';

/** A request of somebody of `tenant` who may do nothing, unless `change` says otherwise. */
export function testRequest(tenant: TenantId, change: Partial<SubgraphRequest> = {}): SubgraphRequest {
  const principal: Principal = { tenant, subject: undefined, grants: [], policies: new Set(['public']) };
  return {
    principal,
    requestId: 'test',
    deadline: Date.now() + 10_000,
    signal: new AbortController().signal,
    log: createLog('test', { LOG_LEVEL: 'silent' }),
    consents: NO_CONSENTS,
    ...change,
  };
}
