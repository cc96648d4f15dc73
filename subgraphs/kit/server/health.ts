/** What the machinery around a subgraph asks: does it live, may it be sent requests, what has it counted. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

export interface Health {
  /** Whether requests may be sent here. */
  isReady(): Promise<boolean>;
  readonly metrics: Registry;
}

/** `/health/live`, `/health/ready` (503 when not) and `/metrics` in Prometheus' text format. */
export function serveHealth(server: FastifyInstance, { isReady, metrics }: Health): void {
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_, reply) => {
    const ready = await isReady().catch(() => false);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  server.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.metrics()));
}
