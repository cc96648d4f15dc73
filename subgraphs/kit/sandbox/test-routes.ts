/** What tests use of a sandbox partner: which calls it received, which tokens it gave, what happens, how it misbehaves. */
import type { FastifyInstance } from 'fastify';
import type { SandboxState } from './operation-route.ts';

/**
 * @param operations names that a fault may be set for, beside `token`, `jwks` and `*`
 * @param happen has something happen, such as a leak
 */
export function addTestRoutes(
  server: FastifyInstance,
  operations: readonly string[],
  state: SandboxState,
  happen?: (wanted: unknown) => void,
): void {
  server.post('/sandbox/changes', ({ body }, reply) => {
    happen?.(body);
    return reply.code(happen ? 204 : 404).send();
  });
  server.get<{ Querystring: { requestId?: string } }>('/sandbox/calls', ({ query }) =>
    state.calls.list(query.requestId),
  );
  server.delete('/sandbox/calls', (_, reply) => {
    state.calls.clear();
    return reply.code(204).send();
  });
  server.put('/sandbox/faults', ({ body }, reply) => {
    state.faults.set(body, [...operations, 'token', 'jwks', '*']);
    return reply.code(204).send();
  });
  server.delete('/sandbox/faults', (_, reply) => {
    state.faults.clear();
    return reply.code(204).send();
  });
  server.get('/sandbox/tokens', () => state.tokens.list());
  server.delete('/sandbox/tokens', (_, reply) => {
    state.tokens.revokeAll();
    return reply.code(204).send();
  });
}
