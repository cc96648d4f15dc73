/** `POST /access`: the gateway asks what a subject may do at this instant. Nothing is cached on either side. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { readAccess } from '../records/access.ts';

const claims = z.object({ tenant: z.string().transform(tenantId), sub: z.string().min(1).max(255) });

/** Adds the route. Token claims `{ tenant, sub }`, no body → `{ active, kind, grants: [{ role, residences? }] }`. */
export function serveAccess(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/access', async (request) => {
    const { tenant, sub } = claims.parse(await authenticateService(request, identity, ['gateway']));
    const { active, kind, grants } = await inTenant(tenant, (transaction) => readAccess(transaction, sub));
    return { active, kind, grants };
  });
}
