/**
 * One operation of the document as a route: access token → fault → validity by the document → handler.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { type CallLog, describeRequest, textsIn } from './call-log.ts';
import type { SandboxClient } from './clients.ts';
import { distort, type Faults, misbehave } from './faults.ts';
import type { ValidCall } from './handlers.ts';
import type { IdempotencyStore } from './idempotency.ts';
import type { Latency } from './latency.ts';
import type { OpenApiOperation } from './openapi-document.ts';
import type { PayloadKeys } from './payload-keys.ts';
import { Problem } from './problem.ts';
import type { SandboxVersion } from './sandbox-version.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import { createRequestValidator } from './validation.ts';

/** What all operations of a sandbox share. */
export interface SandboxState {
  readonly clients: () => readonly SandboxClient[];
  readonly tokens: TokenEndpoint;
  readonly keys: PayloadKeys;
  readonly faults: Faults;
  readonly calls: CallLog;
  readonly idempotency: IdempotencyStore;
  readonly latencyMilliseconds: Latency;
  origin(): string;
}

export function operationRoute(
  operation: OpenApiOperation,
  handler: (call: ValidCall) => unknown,
  { name: version, end }: Pick<SandboxVersion, 'name' | 'end'>,
  state: SandboxState,
): RouteOptions {
  const validate = createRequestValidator(operation);

  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const parts = { path: request.params, query: request.query, header: request.headers, body: request.body };
    const client = state.tokens.clientOf(bearerOf(request));
    const asked = [parts.path, parts.query, parts.body].flatMap(textsIn);
    state.calls.record({ ...describeRequest(request, operation.id), company: client?.company, asked });
    if (!client) {
      reply.header('www-authenticate', 'Bearer error="invalid_token"');
      throw new Problem(401, 'invalid-token', 'The access token is not valid');
    }
    const fault = state.faults.take(`${version}:${operation.id}`, operation.id);
    await takeTime(state.latencyMilliseconds);
    if (fault && misbehave(fault, reply, state.origin())) return reply;
    validate(parts);
    const { company } = client;
    const key = request.headers['idempotency-key'];
    const answer = await handler({
      company,
      companies: fault?.kind === 'foreign-record' ? everybody(client, state.clients()) : [company],
      path: parts.path,
      query: parts.query,
      body: parts.body,
      idempotencyKey: typeof key === 'string' ? key : undefined,
      once: (order, work) =>
        typeof key === 'string'
          ? state.idempotency.once({ company, operation: operation.id, key }, order, work)
          : work(),
      encrypt: (text) => state.keys.encryptFor(client, text, fault?.kind === 'bad-jwe' ? fault.variant : undefined),
      decrypt: (jwe) => state.keys.decrypt(jwe),
    });
    if (fault?.kind === 'lost-answer') {
      reply.hijack();
      reply.raw.socket?.destroy();
      return reply;
    }
    if (end) reply.headers({ deprecation: `@${end.deprecated.getTime() / 1_000}`, sunset: end.sunset.toUTCString() });
    return reply.code(operation.status).type('application/json').send(distort(fault, answer));
  };

  return { method: operation.method, url: operation.route, handler: serve };
}

function bearerOf({ headers }: FastifyRequest): string {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
}

async function takeTime({ least, greatest }: Latency): Promise<void> {
  const milliseconds = least + Math.random() * (greatest - least);
  if (milliseconds > 0) await wait(milliseconds);
}

function everybody({ company }: SandboxClient, clients: readonly SandboxClient[]): readonly string[] {
  return [company, ...new Set(clients.map((client) => client.company).filter((other) => other !== company))];
}
