/** `GET /events?after=<cursor>`: gateways follow what partners tell, as lines of JSON over one long answer. */
import type { EventPublisher } from '@commonhold/platform/event-feed/publisher.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { authenticateService } from '../server/service-authentication.ts';

/** What isn't a cursor at all is answered as one that isn't known any more. */
const question = z.object({ after: z.string().max(255).catch('unknown').optional() });

/** Adds the route; the messages stand in `platform/event-feed/messages.ts`. */
export function serveEvents(
  server: FastifyInstance,
  identity: ServiceIdentity,
  publisher: Pick<EventPublisher, 'open' | 'close'>,
): void {
  server.get('/events', async (request, reply) => {
    await authenticateService(request, identity, ['gateway']);
    const { after } = question.parse(request.query);
    return reply.type('application/x-ndjson').send(publisher.open(after));
  });
  // Otherwise the server would wait for them to end.
  server.addHook('preClose', async () => publisher.close());
}
