/** What a caller is told when a request fails outside of GraphQL: a status and its name, and nothing of the cause. */
import { STATUS_CODES } from 'node:http';
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyInstance } from 'fastify';
import type { Defects } from '../defects.ts';
import { OutdatedAccess, UnknownAccess } from './current-access.ts';
import { Unauthenticated } from './service-authentication.ts';

export function answerErrors(server: FastifyInstance, defects: Defects, log: Log): void {
  server.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500 && !(error instanceof UnknownAccess))
      defects.unexpectedError(error, request.routeOptions.url ?? '', log.child({ requestId: request.id }));
    if (error instanceof Unauthenticated) reply.header('www-authenticate', 'Bearer error="invalid_token"');
    const details = error instanceof OutdatedAccess ? { accessVersion: error.accessVersion } : {};
    return reply.code(status).send({ error: STATUS_CODES[status] ?? 'Error', ...details });
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send({ error: STATUS_CODES[404] }));
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
