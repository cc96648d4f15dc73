/** `POST /identity-provider`: the issuer asks by which provider people of a company log in. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { readIdentityProvider } from '../records/identity-providers.ts';

const claims = z.object({ tenant: z.string().transform(tenantId) });

/** Adds the route. Token claims `{ tenant }` → the provider's settings; 204 when the company has none. */
export function serveIdentityProvider(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/identity-provider', async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['issuer']));
    return (await inTenant(tenant, readIdentityProvider)) ?? reply.code(204).send();
  });
}
