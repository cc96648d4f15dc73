/** `POST /version-ends`: a subgraph tells that a partner says when a version of its API ends. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { tellOfVersionEnd } from '../records/version-ends.ts';

const claims = z.object({ tenant: z.string().transform(tenantId) });
const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,40}$/);
const body = z.strictObject({ partner: name, version: name, until: z.iso.date().optional() });

/** Adds the route. Token claims `{ tenant }`, body `{ partner, version, until? }` → 204; told again, nothing is said anew. */
export function serveVersionEnds(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/version-ends', async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['communal', 'smart-home']));
    const end = body.safeParse(request.body);
    if (!end.success) return reply.code(400).send({ error: 'Bad Request' });
    await inTenant(tenant, (transaction) => tellOfVersionEnd(transaction, tenant, end.data));
    return reply.code(204).send();
  });
}
