/**
 * A partner's development API: a process of its own that serves exactly the operations of the partner's OpenAPI
 * documents, one a version, over mutual TLS, as the partner would, and misbehaves when a test asks it to.
 */
import { TLSSocket } from 'node:tls';
import { isProduction } from '@commonhold/platform/configuration.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import {
  followByServer,
  isService,
  type ServiceIdentity,
  type ServiceName,
  tlsMaterial,
} from '@commonhold/platform/tls/identity.ts';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { createCallLog, describeRequest } from './call-log.ts';
import type { SandboxClient } from './clients.ts';
import { createFaults, misbehave } from './faults.ts';
import { handlerFor } from './handlers.ts';
import { createIdempotencyStore } from './idempotency.ts';
import type { Latency } from './latency.ts';
import { loadOpenApiDocument } from './openapi-document.ts';
import { operationRoute, type SandboxState } from './operation-route.ts';
import { createPayloadKeys } from './payload-keys.ts';
import { Problem } from './problem.ts';
import type { SandboxVersion } from './sandbox-version.ts';
import { addTestRoutes } from './test-routes.ts';
import { createTokenEndpoint } from './token-endpoint.ts';

export interface SandboxOptions {
  readonly name: Extract<ServiceName, `${string}-sandbox`>;
  /** 0: any free port. */
  readonly port: number;
  readonly identity: ServiceIdentity;
  /** The only services that get in: the partner's own subgraph. */
  readonly accepts: readonly ServiceName[];
  /** As they are now. */
  readonly clients: () => readonly SandboxClient[];
  /** Side by side, over one state. */
  readonly versions: readonly SandboxVersion[];
  /** Has something happen at the partner, for `POST /sandbox/changes`. @throws {Problem} */
  readonly happen?: (wanted: unknown) => void;
  /** Each answer takes this long, evenly spread; `{ least: 0, greatest: 0 }` in tests. */
  readonly latencyMilliseconds?: Latency;
  readonly log: Log;
  readonly environment: NodeJS.ProcessEnv;
}

export interface Sandbox extends Running {
  /** Such as `https://localhost:4302`; also the issuer of its tokens. */
  readonly origin: string;
}

/**
 * Starts the sandbox.
 *
 * @throws {StartupError} with NODE_ENV=production, and when an operation of a document has no handler
 *
 * @example
 * const document = new URL('../partner/openapi/v1.yaml', import.meta.url);
 * const handlers = { queryMeters: ({ body, companies }) => ({ items: metersOf(companies, body) }) };
 * await createSandbox({
 *   name: 'communal-sandbox', port, identity, accepts: ['communal'], clients, log, environment: process.env,
 *   versions: [sandboxVersion<operations>(document, handlers)],
 * });
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { name, clients } = options;
  if (isProduction(options.environment)) {
    throw new StartupError(
      `The sandbox partner ${name} does not run with NODE_ENV=production`,
      'use the address of the real partner in its contract',
    );
  }
  const versions = await Promise.all(
    options.versions.map(async (version) => ({ ...version, document: await loadOpenApiDocument(version.openapi) })),
  );
  let origin = '';
  const state: SandboxState = {
    clients,
    tokens: createTokenEndpoint(() => origin, clients),
    keys: await createPayloadKeys(),
    faults: createFaults(),
    calls: createCallLog(),
    idempotency: createIdempotencyStore(),
    latencyMilliseconds: options.latencyMilliseconds ?? { least: 2, greatest: 8 },
    origin: () => origin,
  };

  const server = createServer(options);
  addAuthorizationRoutes(server, state);
  for (const { document, handlers, ...version } of versions) {
    server.get(`/${version.name}/openapi.json`, () => document.json);
    for (const operation of document.operations) {
      const handler = handlerFor(handlers, operation.id);
      if (!handler) {
        throw new StartupError(
          `The sandbox partner ${name} has no handler for ${operation.id} of ${version.name}`,
          'add it, or correct the OpenAPI document',
        );
      }
      server.route(operationRoute(operation, handler, version, state));
    }
  }
  const operations = versions.flatMap((version) => version.document.operations.map(({ id }) => ({ version, id })));
  addTestRoutes(
    server,
    operations.flatMap(({ version, id }) => [id, `${version.name}:${id}`]),
    state,
    options.happen,
  );

  await server.listen({ port: options.port, host: 'localhost' });
  const [address] = server.addresses();
  origin = `https://localhost:${typeof address === 'object' ? address.port : options.port}`;
  return { origin, stop: () => server.close() };
}

/** Nobody but the partner's own subgraph gets in, whatever they ask for. */
function createServer({ identity, accepts, log }: SandboxOptions): FastifyInstance {
  const server = Fastify({
    https: { ...tlsMaterial(identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    bodyLimit: 2 * 1024 * 1024,
    forceCloseConnections: true,
  });
  followByServer(server.server, identity, 'TLSv1.2');
  server.addHook('onRequest', async ({ raw: { socket } }) => {
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    if (!isService(certificate, accepts)) throw new Problem(403, 'not-a-client', 'Unknown client certificate');
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(text)))),
  );
  server.setNotFoundHandler((_, reply) => sendProblem(reply, new Problem(404, 'not-found', 'No such resource')));
  server.setErrorHandler((error, _, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) log.error({ err: error }, 'sandbox handler failed');
    return sendProblem(reply, new Problem(status, 'failed', 'The request could not be served'));
  });
  return server;
}

function addAuthorizationRoutes(server: FastifyInstance, { tokens, keys, faults, calls, origin }: SandboxState): void {
  server.get('/.well-known/jwks.json', (request, reply) => {
    calls.record({ ...describeRequest(request, 'jwks'), company: undefined, asked: [] });
    const fault = faults.take('jwks');
    return fault && misbehave(fault, reply, origin()) ? reply : reply.send(keys.published);
  });
  server.post('/oauth2/token', async (request, reply) => {
    const issued = await tokens.exchange(request.body);
    const company = issued && tokens.clientOf(issued.access_token)?.company;
    calls.record({ ...describeRequest(request, 'token'), company, asked: [] });
    const fault = faults.take('token');
    if (fault && misbehave(fault, reply, origin())) return reply;
    if (!issued) return reply.code(401).send({ error: 'invalid_client' });
    return reply.header('cache-control', 'no-store').send(issued);
  });
}

function sendProblem(reply: FastifyReply, { status, type, message, retryAfterSeconds }: Problem): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  return reply.code(status).type('application/problem+json').send({ type, title: message, status });
}
