/** `GET /changes`: gateways, issuers and subgraphs follow changes of access, as lines of JSON over one long answer. */
import { authenticateService } from '@commonhold/kit/server/service-authentication.ts';
import type { Publisher } from '@commonhold/platform/access-feed/publisher.ts';
import { type ServiceIdentity, spiffeId } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';

/**
 * Adds the route; the messages stand in `platform/access-feed/messages.ts`. Gateway and issuer are told whom a change
 * concerns, since they keep what they know of people, and their logins; a subgraph, which knows nobody, that something
 * changed in a company.
 */
export function serveChanges(server: FastifyInstance, identity: ServiceIdentity, publisher: Publisher): void {
  server.get('/changes', async (request, reply) => {
    const { iss } = await authenticateService(request, identity, ['gateway', 'issuer', 'smart-home', 'communal']);
    if (publisher.isStale()) return reply.code(503).send({ error: 'Service Unavailable' });
    const knowsPeople = iss === spiffeId('gateway') || iss === spiffeId('issuer');
    const detail = knowsPeople ? 'changes' : 'versions';
    return reply.type('application/x-ndjson').send(publisher.open(detail));
  });
  // Otherwise the server would wait for them to end.
  server.addHook('preClose', async () => publisher.cut());
}
