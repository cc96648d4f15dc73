/** For tests and benchmarks: a directory's `/changes` that tells of what it is let tell, and that there is nothing else. */
import { STALE_SECONDS } from '@commonhold/platform/access-feed/known-versions.ts';
import { createPublisher, type Publisher } from '@commonhold/platform/access-feed/publisher.ts';
import type { ServiceIdentity, ServiceName } from '@commonhold/platform/tls/identity.ts';
import type { FastifyInstance } from 'fastify';
import { authenticateService } from '../server/service-authentication.ts';

const BEAT_MILLISECONDS = 250;

export interface QuietChanges {
  readonly publisher: Publisher;
  /** Whether it doesn't even tell that there is nothing to tell. */
  isSilent: boolean;
}

export function serveQuietChanges(
  server: FastifyInstance,
  identity: ServiceIdentity,
  callers: readonly ServiceName[],
): QuietChanges {
  const publisher = createPublisher(STALE_SECONDS);
  const changes: QuietChanges = { publisher, isSilent: false };
  const beat = (): void => {
    if (!changes.isSilent) publisher.beat(performance.now());
  };
  beat();
  const beating = setInterval(beat, BEAT_MILLISECONDS).unref();
  server.get('/changes', async (request, reply) => {
    await authenticateService(request, identity, callers);
    return reply.type('application/x-ndjson').send(publisher.open('changes'));
  });
  server.addHook('preClose', async () => {
    clearInterval(beating);
    publisher.cut();
  });
  return changes;
}
