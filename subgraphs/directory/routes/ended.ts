/** `POST /ended`: whoever ends logins (the issuer, and the gateway for a foreign issuer) tells which ones have ended. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { noteChange } from '../records/access-changes.ts';

const claims = z.object({ tenant: z.string().transform(tenantId) });
const key = z.string().min(1).max(255);
const until = z.iso.datetime().transform((instant) => new Date(instant));
const ended = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('session'), session: key, until }),
  z.object({ kind: z.literal('token'), token: key, until }),
]);

/**
 * Adds the route. Token claims `{ tenant }`, body `{ kind: 'session', session, until }` or
 * `{ kind: 'token', token, until }` → 204 when it is noted. The same twice is once.
 */
export function serveEnded(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/ended', async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['issuer', 'gateway']));
    const change = ended.safeParse(request.body);
    if (!change.success) return reply.code(400).send({ error: 'Bad Request' });
    await inTenant(tenant, (transaction) => noteChange(transaction, tenant, change.data));
    return reply.code(204).send();
  });
}
