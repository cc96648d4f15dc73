/** Counts and times of requests, by route and outcome; labels are never personal and never ids. */
import type { FastifyInstance } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';

export type GraphqlErrorCount = (code: string) => void;

/** Measures every request of `server`; gives back how to count a GraphQL error by its code. */
export function measureRequests(server: FastifyInstance, metrics: Registry): GraphqlErrorCount {
  const durations = new Histogram({
    name: 'subgraph_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [metrics],
  });
  const errors = new Counter({
    name: 'subgraph_graphql_errors_total',
    help: 'GraphQL errors that were answered, by code',
    labelNames: ['code'],
    registers: [metrics],
  });
  server.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    durations.observe({ route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  return (code) => errors.inc({ code });
}
