/**
 * `/graphql`: a request of HTTP goes to Apollo Server, which has it admitted and answered, and its answer goes back, whole
 * or in parts.
 */
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { Log } from '@commonhold/platform/log.ts';
import { certificateThumbprint, clientCertificate } from '@commonhold/platform/tls/services-door.ts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { GatewayConfiguration } from './config.ts';
import { withVerbatims } from './execution/marks.ts';
import { MULTIPART_RESPONSE, multipartAnswer } from './multipart.ts';
import type { AdmittedRequest, IncomingRequest, Pipeline } from './pipeline.ts';
import { assertAcceptable } from './protection/media-type.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { GatewayContext } from './telemetry/observe-operations.ts';
import type { RequestRecord } from './telemetry/request-record.ts';

export interface RouteParts {
  readonly configuration: GatewayConfiguration;
  readonly pipeline: Pipeline;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Adds the route to `server`. */
export function serveGraphql(server: FastifyInstance, apollo: ApolloServer<GatewayContext>, parts: RouteParts): void {
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      const outcome: GatewayContext['outcome'] = {};
      const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: graphqlRequest(request),
        context: async () => ({ request: await admit(request, reply, parts), outcome }),
      });
      if (body.kind !== 'complete') throw new TypeError('no answer comes in chunks from there');
      const { data } = outcome;
      for (const [name, value] of headers) reply.header(name, value);
      if (!data?.later) return reply.code(status ?? 200).send(withVerbatims(body.string, data?.verbatims ?? []));
      const answer = multipartAnswer(body.string, data.later, ({ extensions }) =>
        note(extensions?.['code'], request, parts),
      );
      endUnread(request, reply, parts);
      return reply.type(MULTIPART_RESPONSE).send(answer);
    },
  });
}

function graphqlRequest({ method, url, headers, body }: FastifyRequest) {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const query = url.indexOf('?');
  return { method, headers: map, search: query === -1 ? '' : url.slice(query), body };
}

async function admit(request: FastifyRequest, reply: FastifyReply, parts: RouteParts): Promise<AdmittedRequest> {
  const { pipeline, configuration, log } = parts;
  try {
    assertAcceptable(request.headers.accept);
    return await pipeline.admit(incoming(request, reply, configuration, log));
  } catch (error) {
    note(error instanceof GraphQLError ? error.extensions['code'] : 'INTERNAL_SERVER_ERROR', request, parts);
    throw error;
  }
}

/** The code of an error that is told. */
function note(code: unknown, { record }: FastifyRequest, { metrics }: RouteParts): void {
  record.codes.push(String(code));
  metrics.errorTold(String(code));
}

function incoming(
  request: FastifyRequest,
  reply: FastifyReply,
  configuration: GatewayConfiguration,
  log: Log,
): IncomingRequest {
  const { requestTimeoutMilliseconds } = configuration;
  const { record } = request;
  const given = request.method === 'GET' ? request.query : request.body;
  const { query, variables } = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  return {
    rawHeaders: request.raw.rawHeaders,
    arrival: arrivalOf(request, configuration),
    // An answer with a nonce is for one client at one moment.
    offerNonce: (nonce) => reply.headers({ 'dpop-nonce': nonce, 'cache-control': 'no-store' }),
    query,
    variables,
    deadline: record.startedAt + requestTimeoutMilliseconds,
    signal: endOf(reply, record, requestTimeoutMilliseconds),
    record,
    log: () => log.child({ requestId: record.id }),
  };
}

function arrivalOf(
  { raw, method }: FastifyRequest,
  { publicOrigin, servicesDoor }: GatewayConfiguration,
): IncomingRequest['arrival'] {
  const certificate = clientCertificate(raw);
  if (!certificate || !servicesDoor) return { method, address: `${publicOrigin}/graphql`, certificate: undefined };
  const address = `${servicesDoor.publicOrigin}/graphql`;
  return { method, address, certificate: certificateThumbprint(certificate) };
}

/** A client that doesn't read what is told has as long again as the request may take, and is cut off. */
function endUnread({ record }: FastifyRequest, { raw: response }: FastifyReply, { configuration }: RouteParts): void {
  const end = record.startedAt + 2 * configuration.requestTimeoutMilliseconds;
  const timer = setTimeout(() => response.destroy(), end - Date.now());
  response.once('close', () => clearTimeout(timer));
}

/**
 * Aborted when the time is over, or the client hangs up. A mutation goes on: half of its effect may be there already;
 * but not what comes after the first answer, which has all of it.
 */
function endOf({ raw: response }: FastifyReply, record: RequestRecord, milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  response.once('close', () => {
    clearTimeout(timer);
    const mayStop = record.operationKind !== 'mutation' || response.headersSent;
    if (!response.writableFinished && mayStop) controller.abort();
  });
  return controller.signal;
}
