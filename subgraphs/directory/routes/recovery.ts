/** `POST /recovery` and `POST /recovery-link`: the issuer tells who lost their login, and asks whom a link is for. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { askForRecovery, readRecovery } from '../records/recovery-requests.ts';
import type { InvitationParts } from './invitation.ts';

const claims = z.object({ tenant: z.string().transform(tenantId), sub: z.string().min(1).max(255).optional() });
const lost = z.object({ code: z.string().min(8).max(40) });
const link = z.object({ token: z.string().min(1).max(300), redeem: z.literal(true).optional() });

/**
 * Adds the routes. `/recovery`: token claims `{ tenant, sub }`, body `{ code }`, which the person was shown → 204, also
 * for somebody without an account. `/recovery-link`: as `/invitation`.
 */
export function serveRecovery(server: FastifyInstance, { identity, inTenant, envelope, hash }: InvitationParts): void {
  server.post('/recovery', async (request, reply) => {
    const { tenant, sub } = claims.parse(await authenticateService(request, identity, ['issuer']));
    const body = lost.safeParse(request.body);
    if (!body.success || sub === undefined) return reply.code(400).send({ error: 'Bad Request' });
    await inTenant(tenant, (transaction) => askForRecovery({ tenant, transaction, hash }, sub, body.data.code));
    return reply.code(204).send();
  });

  server.post('/recovery-link', async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['issuer']));
    const body = link.safeParse(request.body);
    if (!body.success) return reply.code(400).send({ error: 'Bad Request' });
    const { token, redeem = false } = body.data;
    const person = await inTenant(tenant, (transaction) =>
      readRecovery({ tenant, transaction, envelope, hash }, token, redeem),
    );
    return person ?? reply.code(404).send({ error: 'Not Found' });
  });
}
