/** `POST /consents`: a subgraph asks which residences its partner may process at this instant. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { residencesInForce } from '../records/consents.ts';
import { PARTNERS } from '../records/partners.ts';
import { readResidences } from '../records/residences.ts';

const GREATEST_QUESTION = 1000;

/** A key that can't be one is a wrong question, not a defect of ours. */
const residence = z.string().transform((value, context) => {
  try {
    return residenceKey(value);
  } catch {
    context.addIssue('not a residence key');
    return z.NEVER;
  }
});
const claims = z.object({ tenant: z.string().transform(tenantId) });
const body = z.object({
  partner: z.enum(PARTNERS),
  residences: z.array(residence).max(GREATEST_QUESTION).optional(),
});

/**
 * Adds the route. Token claims `{ tenant }`, body `{ partner, residences? }` → `{ residences, refused? }`:
 * with a consent in force, and (of those asked for) the company's without one. The token has to come
 * from the subgraph of that very partner: it learns nothing of the other one's consents.
 */
export function serveConsents(server: FastifyInstance, identity: ServiceIdentity, inTenant: InTenant): void {
  server.post('/consents', async (request, reply) => {
    const question = body.safeParse(request.body);
    const caller = question.success ? [question.data.partner] : PARTNERS;
    const { tenant } = claims.parse(await authenticateService(request, identity, caller));
    if (!question.success) return reply.code(400).send({ error: 'Bad Request' });
    const { partner, residences } = question.data;
    return inTenant(tenant, async (transaction) => {
      const inForce = await residencesInForce(transaction, partner, residences);
      if (!residences) return { residences: inForce };
      const undecided = residences.filter((key) => !inForce.includes(key));
      const known = undecided.length > 0 ? await readResidences(transaction, undecided) : [];
      return { residences: inForce, refused: known.map(({ key }) => key) };
    });
  });
}
