/**
 * One operation of the document as a route: access token → fault → validity by the document → idempotency → handler.
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
    const fault = state.faults.take(operation.id);
    await takeTime(state.latencyMilliseconds);
    if (fault && misbehave(fault, reply, state.origin())) return reply;
    validate(parts);
    const key = request.headers['idempotency-key'];
    const work = async (): Promise<unknown> =>
      handler({
        company: client.company,
        companies: fault?.kind === 'foreign-record' ? everybody(client, state.clients()) : [client.company],
        path: parts.path,
        query: parts.query,
        body: parts.body,
        idempotencyKey: typeof key === 'string' ? key : undefined,
        encrypt: (text) => state.keys.encryptFor(client, text, fault?.kind === 'bad-jwe' ? fault.variant : undefined),
        decrypt: (jwe) => state.keys.decrypt(jwe),
      });
    const once = { company: client.company, operation: `${request.method} ${request.url}`, key };
    const answer = isKeyed(once)
      ? await state.idempotency.once(once, await opened(parts.body, state.keys), work)
      : await work();
    if (fault?.kind === 'lost-answer') {
      reply.hijack();
      reply.raw.socket?.destroy();
      return reply;
    }
    return reply.code(operation.status).type('application/json').send(distort(fault, answer));
  };

  return { method: operation.method, url: operation.route, handler: serve };
}

const JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;

/** The order with its personal values in clear: encrypted anew, the same order looks different each time. */
async function opened(body: unknown, keys: PayloadKeys): Promise<unknown> {
  if (typeof body !== 'object' || body === null) return body;
  const entries = Object.entries(body).map(async ([name, value]) => [
    name,
    typeof value === 'string' && JWE.test(value) ? await keys.decrypt(value) : value,
  ]);
  return Object.fromEntries(await Promise.all(entries));
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

function isKeyed<Once extends { readonly key: unknown }>(once: Once): once is Once & { readonly key: string } {
  return typeof once.key === 'string';
}
