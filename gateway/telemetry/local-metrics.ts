/**
 * `GET /metrics` at the public door, for whoever works on this machine: in development alone, and to nobody else. In
 * production it is read at a door of its own (`platform/tls/metrics-door.ts`).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { withinNetworks } from '@commonhold/platform/networks.ts';
import type { FastifyInstance } from 'fastify';
import type { RenderedMetrics } from './metrics.ts';

/** To anybody else it answers as what isn't there. */
export function serveMetricsLocally(server: FastifyInstance, metrics: RenderedMetrics): void {
  server.get('/metrics', async ({ raw: { socket, headers } }, reply) => {
    if (!isLoopback(socket.remoteAddress) || isPassedOn(headers) || !isNamedLocally(headers)) {
      reply.callNotFound();
      return reply;
    }
    return reply.type(metrics.contentType).send(await metrics.render());
  });
}

/** Of the connection itself: what a header says of addresses lets nobody in. */
const isLoopback = withinNetworks(['127.0.0.0/8', '::1/128']);

/** A proxy or a tunnel on this machine: who asks is somewhere else. */
function isPassedOn(headers: IncomingHttpHeaders): boolean {
  return PROXY_HEADERS.some((name) => headers[name] !== undefined);
}

const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/** A page of another host whose name leads here (DNS rebinding) is no caller from this machine. */
function isNamedLocally({ host = '' }: IncomingHttpHeaders): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}
