/**
 * `POST /provisioning`: what came to a company's SCIM endpoint at the gateway. The token that the company's provider
 * showed is checked here; one of another company, one that has ended, and a company that doesn't exist look alike.
 */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { InTenant } from '../database/tenant-transaction.ts';
import { isProvisioningToken } from '../records/provisioning-tokens.ts';
import { describeEndpoint } from './description.ts';
import { answerGroups } from './groups.ts';
import { query } from './lists.ts';
import { answerOf, errorBody, notFound, ScimRefusal } from './refusal.ts';
import type { ProvisioningScope, ScimAnswer } from './scope.ts';
import { answerUsers } from './users.ts';

export interface ProvisioningParts {
  readonly identity: ServiceIdentity;
  readonly inTenant: InTenant;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
  readonly issuerUrl: string;
}

const LONGEST_TOKEN = 200;
const GREATEST_BODY_BYTES = 512 * 1024;

const claims = z.object({ tenant: z.string().transform(tenantId) });

const forwarded = z.object({
  token: z.string().max(LONGEST_TOKEN).optional(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  /** Below the company's endpoint, without its first slash. */
  path: z.string().max(500),
  query: z.record(z.string(), z.unknown()),
  ifMatch: z.string().max(200).optional(),
  /** Where clients reach the company's endpoint. */
  base: z.url(),
  body: z.unknown().optional(),
});

type Forwarded = z.output<typeof forwarded>;

/** Adds the route. Token claims `{ tenant }`, body as `forwarded` → `{ status, body?, location?, version? }`, with 200. */
export function serveProvisioning(server: FastifyInstance, parts: ProvisioningParts): void {
  const { identity, inTenant, hash } = parts;
  server.post('/provisioning', { bodyLimit: GREATEST_BODY_BYTES + 8 * 1024 }, async (request, reply) => {
    const { tenant } = claims.parse(await authenticateService(request, identity, ['gateway']));
    const question = forwarded.safeParse(request.body);
    if (!question.success) return reply.code(400).send({ error: 'Bad Request' });
    const { token } = question.data;
    const isKnown = token !== undefined && (await inTenant(tenant, (t) => isProvisioningToken(t, tenant, hash, token)));
    if (!isKnown) return { status: 401, body: errorBody(401, 'The token is not valid here.') } satisfies ScimAnswer;
    return inTenant(tenant, (transaction) =>
      answer({ ...parts, tenant, transaction, base: question.data.base }, question.data),
    ).catch(answerOf);
  });
}

async function answer(scope: ProvisioningScope, request: Forwarded): Promise<ScimAnswer> {
  const path = request.path.split('/').filter((part) => part !== '');
  const [collection, id, ...rest] = path;
  const { method, ifMatch, body } = request;
  if (method === 'GET') {
    const description = describeEndpoint(path, scope.base);
    if (description) return description;
  }
  if (collection === 'Bulk') throw new ScimRefusal(501, 'Bulk operations are not supported.');
  const kind = collection === 'Users' ? answerUsers : collection === 'Groups' ? answerGroups : undefined;
  if (!kind || rest.length > 0) throw notFound();
  const wanted = query.safeParse(request.query);
  if (!wanted.success) throw new ScimRefusal(400, 'The query cannot be understood.', 'invalidValue');
  return kind(scope, { method, id, query: wanted.data, ifMatch, body });
}
