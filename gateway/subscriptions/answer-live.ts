/** A subscription that comes as a request of HTTP: its answer goes on until it ends. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { type AdmissionParts, admitRequest, noteError } from '../incoming-request.ts';
import type { AdmittedRequest } from '../pipeline.ts';
import { badRequest } from '../protection/http-requests.ts';
import { acceptsEventStream, acceptsSubscriptionParts } from '../protection/media-type.ts';
import { PARTS, SERVER_SENT_EVENTS } from './formats.ts';
import type { Live } from './live.ts';
import { readParameters, subscriptionRequest } from './request.ts';
import { type StreamFormat, toldError, writeSubscription } from './stream.ts';

export interface LiveHttpParts extends AdmissionParts {
  readonly live: Live;
}

/** How a client that takes this wants to have a subscription; undefined: it asks for a single answer. */
export function liveFormatFor(accept: string | undefined): StreamFormat | undefined {
  if (acceptsSubscriptionParts(accept)) return PARTS;
  return acceptsEventStream(accept) ? SERVER_SENT_EVENTS : undefined;
}

/** @returns what is no subscription, and may go on; undefined: it has been answered */
export async function answerLive(
  request: FastifyRequest,
  reply: FastifyReply,
  format: StreamFormat,
  parts: LiveHttpParts,
): Promise<AdmittedRequest | undefined> {
  try {
    assertIntended(request);
    const admitted = await admitRequest(request, reply, parts);
    const subscription = parts.live.subscribe(
      subscriptionRequest(readParameters(given(request)), {
        principal: admitted.record.principal,
        transport: format === PARTS ? 'multipart' : 'sse',
        after: headerOf(request, 'last-event-id'),
      }),
    );
    if (!subscription) return admitted;
    const { record } = request;
    record.operationKind = 'subscription';
    record.operationName = subscription.operation.operationName;
    record.operationHash = subscription.operation.hash;
    takeOver(request, reply);
    await writeSubscription(reply.raw, format, subscription);
  } catch (error) {
    refuseLive(request, reply, error, parts);
  }
  return undefined;
}

/** From now on the answer is written past Fastify, and doesn't count as under way. */
export function takeOver(request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  request.leave?.();
}

/** @throws {unknown} what wasn't made to be told */
export function refuseLive(request: FastifyRequest, reply: FastifyReply, error: unknown, parts: AdmissionParts): void {
  if (!(error instanceof GraphQLError) || reply.raw.headersSent) throw error;
  const code = error.extensions['code'];
  if (!request.record.codes.includes(String(code))) noteError(code, request, parts);
  const { status = 500, headers = [] } = httpOf(error);
  for (const [name, value] of headers) reply.header(name, value);
  reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [toldError(error)] });
}

function httpOf({ extensions }: GraphQLError): {
  readonly status?: number;
  readonly headers?: Iterable<readonly [string, string]>;
} {
  const http: unknown = extensions['http'];
  return typeof http === 'object' && http !== null ? http : {};
}

/** @throws {GraphQLError} when a page of another origin could have sent it without being let to */
export function assertIntended({ method, headers }: FastifyRequest): void {
  const isPreflighted = ['x-apollo-operation-name', 'apollo-require-preflight', 'authorization'].some(
    (name) => headers[name] !== undefined && headers[name] !== '',
  );
  if (method === 'GET' && !isPreflighted) throw badRequest('The header `apollo-require-preflight` is missing.');
}

export function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function given({ method, query, body }: FastifyRequest): unknown {
  if (method !== 'GET' || typeof query !== 'object' || query === null) return body;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      name === 'variables' || name === 'extensions' ? parseJson(value) : value,
    ]),
  );
}

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    throw badRequest('`variables` and `extensions` have to be JSON.');
  }
}
