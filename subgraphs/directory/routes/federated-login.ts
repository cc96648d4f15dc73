/** `POST /federated-login`: the issuer asks whether a login at a company's own provider is somebody's. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { isTheirs } from '../records/federated-logins.ts';

const claims = z.object({ tenant: z.string().transform(tenantId), sub: z.string().min(1).max(255) });
const body = z.object({ issuer: z.string().max(200), providerSubject: z.string().min(1).max(100) });

/** Adds the route. Token claims `{ tenant, sub }`, body `{ issuer, providerSubject }` → `{ isTheirs }`. */
export function serveFederatedLogin(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/federated-login', async (request) => {
    const { tenant, sub } = claims.parse(await authenticateService(request, identity, ['issuer']));
    const login = body.parse(request.body);
    return {
      isTheirs: await inTenant(tenant, (transaction) => isTheirs(transaction, { tenant, subject: sub }, login)),
    };
  });
}
