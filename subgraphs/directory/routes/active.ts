/** `POST /active`: the issuer asks whether somebody may log in at this instant. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { readAccess } from '../records/access.ts';
import { haveLoginsEnded, isRemoved } from '../records/deprovisioning.ts';

const claims = z.object({ tenant: z.string().transform(tenantId), sub: z.string().min(1).max(255) });

const login = z.object({ loggedInAt: z.int().optional() }).nullish();

/**
 * Adds the route. Token claims `{ tenant, sub }`, body `{ loggedInAt? }` → `{ active, removed }`: known, not suspended, and the
 * login of that second has not ended; and whether the company's provider removed them for good, so that their login name
 * may be somebody else's. What they may do isn't told.
 */
export function serveActive(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/active', async (request) => {
    const { tenant, sub } = claims.parse(await authenticateService(request, identity, ['issuer']));
    const given = login.parse(request.body) ?? {};
    return inTenant(tenant, async (transaction) => {
      const { active } = await readAccess(transaction, sub);
      return {
        active: active && !(await haveLoginsEnded(transaction, sub, given)),
        removed: await isRemoved(transaction, sub),
      };
    });
  });
}
