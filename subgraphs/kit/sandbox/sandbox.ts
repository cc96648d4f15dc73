/**
 * A partner's development API: a process of its own that serves exactly the operations of the partner's OpenAPI
 * document, over mutual TLS, as the partner would, and misbehaves when a test asks it to.
 *
 * The way of a request: client certificate → access token → fault → validity by the document → idempotency → handler.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { isProduction } from '@commonhold/platform/configuration.ts';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { isService, type ServiceIdentity, type ServiceName, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { createCallLog, textsIn } from './call-log.ts';
import type { SandboxClient } from './clients.ts';
import { createFaults, distort, misbehave } from './faults.ts';
import { createIdempotencyStore } from './idempotency.ts';
import { loadOpenApiDocument, type OpenApiOperation } from './openapi-document.ts';
import { createPayloadKeys } from './payload-keys.ts';
import { Problem } from './problem.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { createRequestValidator } from './validation.ts';

/** One call, as a handler gets it: authenticated, and valid by the OpenAPI document. */
export interface SandboxCall<Operation> {
  /** Key of the company that the access token is for. */
  readonly company: string;
  /** Whose records to answer with: `company`, and all others, too, under the fault `foreign-record`. */
  readonly companies: readonly string[];
  readonly path: PartOf<Operation, 'path'>;
  readonly query: PartOf<Operation, 'query'>;
  readonly body: BodyOf<Operation>;
  /** Encrypts a personal value for the company. */
  encrypt(plaintext: string): Promise<string>;
  /** Opens a personal value that the company encrypted for the partner. @throws {Problem} 422 */
  decrypt(jwe: string): Promise<string>;
}

/**
 * A handler for each operation of the document, typed by what `openapi-typescript` made of it. It returns the JSON of the
 * first 2xx answer that the document has, or throws a `Problem`.
 */
export type SandboxHandlers<Operations> = {
  readonly [Id in keyof Operations]: (
    call: SandboxCall<Operations[Id]>,
  ) => SuccessOf<Operations[Id]> | Promise<SuccessOf<Operations[Id]>>;
};

export interface SandboxOptions<Operations> {
  readonly name: Extract<ServiceName, `${string}-sandbox`>;
  /** 0: any free port. */
  readonly port: number;
  readonly identity: ServiceIdentity;
  /** The only services that get in: the partner's own subgraph. */
  readonly accepts: readonly ServiceName[];
  readonly clients: readonly SandboxClient[];
  /** The OpenAPI document, YAML or JSON. */
  readonly openapi: URL;
  readonly handlers: SandboxHandlers<Operations>;
  /** Each answer takes this long, evenly spread; `{ least: 0, greatest: 0 }` in tests. */
  readonly latencyMilliseconds?: { readonly least: number; readonly greatest: number };
  readonly log: Log;
  readonly environment: NodeJS.ProcessEnv;
}

export interface Sandbox extends Running {
  /** Such as `https://localhost:4302`; also the issuer of its tokens. */
  readonly origin: string;
}

type PartOf<Operation, Part extends 'path' | 'query'> = Operation extends { parameters: { [In in Part]: infer Values } }
  ? Values
  : Operation extends { parameters: { [In in Part]?: infer Values } }
    ? NonNullable<Values>
    : Record<never, never>;
type BodyOf<Operation> = Operation extends { requestBody: { content: { 'application/json': infer Body } } }
  ? Body
  : undefined;
type JsonOf<Response> = Response extends { content: { 'application/json': infer Json } } ? Json : undefined;
type SuccessOf<Operation> = Operation extends { responses: infer Responses }
  ? { [Status in Extract<keyof Responses, 200 | 201 | 202 | 204>]: JsonOf<Responses[Status]> }[Extract<
      keyof Responses,
      200 | 201 | 202 | 204
    >]
  : never;

/**
 * Starts the sandbox.
 *
 * @throws {StartupError} with NODE_ENV=production, and when an operation of the document has no handler
 *
 * @example
 * await createSandbox<operations>({
 *   name: 'communal-sandbox', port, identity, accepts: ['communal'], clients, log, environment: process.env,
 *   openapi: new URL('../partner/openapi/v1.yaml', import.meta.url),
 *   handlers: { queryMeters: ({ body, companies }) => ({ items: metersOf(companies, body) }) },
 * });
 */
export async function createSandbox<Operations>(options: SandboxOptions<Operations>): Promise<Sandbox> {
  if (isProduction(options.environment)) {
    throw new StartupError(
      `The sandbox partner ${options.name} does not run with NODE_ENV=production`,
      'use the address of the real partner in its contract',
    );
  }
  const document = await loadOpenApiDocument(options.openapi);
  const keys = await createPayloadKeys();
  const faults = createFaults();
  const calls = createCallLog();
  const idempotency = createIdempotencyStore();
  const tokens = createTokenEndpoint(() => origin, options.clients);
  let origin = '';

  const server = Fastify({
    https: { ...tlsMaterial(options.identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    bodyLimit: 2 * 1024 * 1024,
    forceCloseConnections: true,
  });
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(text)))),
  );
  server.addHook('onRequest', async (request) => {
    const { socket } = request.raw;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    if (!isService(certificate, options.accepts)) throw new Problem(403, 'not-a-client', 'Unknown client certificate');
  });
  server.setNotFoundHandler((_, reply) => sendProblem(reply, new Problem(404, 'not-found', 'No such resource')));
  server.setErrorHandler((error, _, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error);
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) options.log.error({ err: error }, 'sandbox handler failed');
    return sendProblem(reply, new Problem(status, 'failed', 'The request could not be served'));
  });

  server.get('/openapi.json', () => document.json);
  server.get('/.well-known/jwks.json', async (request, reply) => {
    calls.record({ ...described(request, 'jwks'), company: undefined, asked: [] });
    const fault = faults.take('jwks');
    if (fault && (await misbehave(fault, reply, origin))) return reply;
    return keys.published;
  });
  server.post('/oauth2/token', async (request, reply) => {
    const fault = faults.take('token');
    if (fault && (await misbehave(fault, reply, origin))) return reply;
    const issued = await tokens.exchange(request.body);
    const company = issued && tokens.clientOf(issued.access_token)?.company;
    calls.record({ ...described(request, 'token'), company, asked: [] });
    if (!issued) return reply.code(401).send({ error: 'invalid_client' });
    return reply.header('cache-control', 'no-store').send(issued);
  });

  server.get<{ Querystring: { requestId?: string } }>('/sandbox/calls', ({ query }) => calls.list(query.requestId));
  server.delete('/sandbox/calls', (_, reply) => {
    calls.clear();
    return reply.code(204).send();
  });
  server.put('/sandbox/faults', ({ body }, reply) => {
    faults.set(body);
    return reply.code(204).send();
  });
  server.delete('/sandbox/faults', (_, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  server.delete('/sandbox/tokens', (_, reply) => {
    tokens.revokeAll();
    return reply.code(204).send();
  });

  for (const operation of document.operations) {
    const handler = handlerOf(options, operation);
    const validate = createRequestValidator(operation);
    server.route({
      method: operation.method,
      url: operation.route,
      handler: async (request, reply) => {
        const client = tokens.clientOf(bearerOf(request));
        const parts = { path: request.params, query: request.query, header: request.headers, body: request.body };
        const asked = [parts.path, parts.query, parts.body].flatMap(textsIn);
        calls.record({ ...described(request, operation.id), company: client?.company, asked });
        if (!client) {
          reply.header('www-authenticate', 'Bearer error="invalid_token"');
          throw new Problem(401, 'invalid-token', 'The access token is not valid');
        }
        const fault = faults.take(operation.id);
        await takeTime(options.latencyMilliseconds ?? DEFAULT_LATENCY);
        if (fault && (await misbehave(fault, reply, origin))) return reply;
        validate(parts);
        const work = async (): Promise<unknown> =>
          handler({
            company: client.company,
            companies: fault?.kind === 'foreign-record' ? everybody(client, options.clients) : [client.company],
            path: parts.path,
            query: parts.query,
            body: parts.body,
            encrypt: (plaintext) =>
              keys.encryptFor(client, plaintext, fault?.kind === 'bad-jwe' ? fault.variant : undefined),
            decrypt: (jwe) => keys.decrypt(jwe),
          });
        const key = request.headers['idempotency-key'];
        const answer =
          typeof key === 'string'
            ? await idempotency.once({ company: client.company, operation: request.url, key }, parts.body, work)
            : await work();
        if (fault?.kind === 'lost-answer') {
          reply.hijack();
          reply.raw.socket?.destroy();
          return reply;
        }
        return reply.code(operation.status).type('application/json').send(distort(fault, answer));
      },
    });
  }

  await server.listen({ port: options.port, host: 'localhost' });
  const [address] = server.addresses();
  origin = `https://localhost:${typeof address === 'object' ? address.port : options.port}`;
  return { origin, stop: () => server.close() };
}

const DEFAULT_LATENCY = { least: 2, greatest: 8 };

/** A call whose parts are valid by the document, which is what makes them of the handler's types. */
type ValidCall = Pick<SandboxCall<unknown>, 'company' | 'companies' | 'encrypt' | 'decrypt'> &
  Readonly<Record<'path' | 'query' | 'body', unknown>>;
type AnyHandler = (call: ValidCall) => unknown;

/** The document is what is served: nothing undocumented, and nothing that nobody handles. */
function handlerOf<Operations>({ name, handlers }: SandboxOptions<Operations>, { id }: OpenApiOperation): AnyHandler {
  const handler: unknown = Object.hasOwn(handlers, id) ? Reflect.get(handlers, id) : undefined;
  if (typeof handler !== 'function') {
    throw new StartupError(`The sandbox partner ${name} has no handler for ${id}`, 'add it, or correct the document');
  }
  return (call) => Reflect.apply(handler, handlers, [call]);
}

function described(
  request: FastifyRequest,
  operation: string,
): { [Name in 'method' | 'path' | 'operation']: string } & {
  readonly requestId: string | undefined;
} {
  const requestId = request.headers['x-request-id'];
  return {
    requestId: typeof requestId === 'string' ? requestId : undefined,
    method: request.method,
    path: request.url,
    operation,
  };
}

function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

function everybody({ company }: SandboxClient, clients: readonly SandboxClient[]): readonly string[] {
  return [company, ...new Set(clients.map((client) => client.company).filter((other) => other !== company))];
}

async function takeTime({ least, greatest }: { readonly least: number; readonly greatest: number }): Promise<void> {
  const milliseconds = least + Math.random() * (greatest - least);
  if (milliseconds > 0) await wait(milliseconds);
}

function sendProblem(reply: FastifyReply, { status, type, message, retryAfterSeconds }: Problem): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  return reply.code(status).type('application/problem+json').send({ type, title: message, status });
}
