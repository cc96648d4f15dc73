/** `POST /invitation`: the issuer asks whom an invitation is for, and uses it up when that person has set up a login. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { readInvitation } from '../records/invitations.ts';

export interface InvitationParts {
  readonly identity: ServiceIdentity;
  readonly inTenant: InTenant;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
}

const claims = z.object({ tenant: z.string().transform(tenantId) });
const body = z.object({ token: z.string().min(1).max(300), redeem: z.literal(true).optional() });

/**
 * Adds the route. Token claims `{ tenant }`, body `{ token, redeem? }` → `{ subject, loginName, name }`; 404 when the
 * invitation is not good, whatever the reason. With `redeem` it is used up: of two at once, one gets it.
 */
export function serveInvitation(server: FastifyInstance, parts: InvitationParts): void {
  const { identity, inTenant, envelope, hash } = parts;
  server.post('/invitation', async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['issuer']));
    const question = body.safeParse(request.body);
    if (!question.success) return reply.code(400).send({ error: 'Bad Request' });
    const { token, redeem = false } = question.data;
    const invited = await inTenant(tenant, (transaction) =>
      readInvitation({ tenant, transaction, envelope, hash }, token, redeem),
    );
    return invited ?? reply.code(404).send({ error: 'Not Found' });
  });
}
