/** `POST /notices`: the issuer tells somebody what happened to their logins and factors, or those who have to act on it. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { ABOUT_NAMES, isNoticeKind, NOTICE_KINDS, type NoticeKind } from '../notices/kinds.ts';
import { notify } from '../records/notices.ts';

const claims = z.object({ tenant: z.string().transform(tenantId), sub: z.string().min(1).max(255) });

const body = z.object({
  kind: z.string().refine((name): name is NoticeKind => isNoticeKind(name) && NOTICE_KINDS[name].isOfIssuer),
  to: z.object({ role: z.enum(['SECURITY_OFFICER', 'COMPANY_ADMIN']) }).optional(),
  about: z.partialRecord(z.enum(ABOUT_NAMES), z.string().min(1).max(120)).default({}),
});

/**
 * Adds the route. Token claims `{ tenant, sub }`, body `{ kind, to?: { role }, about? }` → 204. Told is the subject of
 * the token, or all who hold the role. Somebody without an account here is told nothing.
 */
export function serveNotices(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/notices', async (request, reply) => {
    const { tenant, sub } = claims.parse(await authenticateService(request, identity, ['issuer']));
    const notice = body.safeParse(request.body);
    if (!notice.success) return reply.code(400).send({ error: 'Bad Request' });
    const { kind, to = sub, about } = notice.data;
    await inTenant(tenant, (transaction) => notify(transaction, tenant, { kind, to, about }));
    return reply.code(204).send();
  });
}
