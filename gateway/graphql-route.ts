/**
 * `/graphql`: a request of HTTP goes to Apollo Server, which has it admitted and answered, and its answer goes back, whole
 * or in parts. A subscription that comes this way goes to `subscriptions/`.
 */
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withVerbatims } from './execution/marks.ts';
import { type AdmissionParts, admitRequest, noteError } from './incoming-request.ts';
import { MULTIPART_RESPONSE, multipartAnswer } from './multipart.ts';
import type { AdmittedRequest } from './pipeline.ts';
import { assertAcceptable, EVENT_STREAM, JSON_RESPONSE } from './protection/media-type.ts';
import { answerLive, liveFormatFor } from './subscriptions/answer-live.ts';
import { COMPLETE, nextEvent, SERVER_SENT_EVENTS } from './subscriptions/formats.ts';
import type { Live } from './subscriptions/live.ts';
import type { GatewayContext } from './telemetry/observe-operations.ts';

export interface RouteParts extends AdmissionParts {
  /** undefined: there is nothing to subscribe to. */
  readonly live: Live | undefined;
}

export type Apollo = ApolloServer<GatewayContext>;

/** Adds the route to `server`. */
export function serveGraphql(server: FastifyInstance, apollo: Apollo, parts: RouteParts): void {
  const { live } = parts;
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      const format = live && liveFormatFor(request.headers.accept);
      if (live && format) {
        const admitted = await answerLive(request, reply, format, { ...parts, live });
        if (!admitted) return reply;
        if (format === SERVER_SENT_EVENTS) {
          const text = await answerAsText(apollo, request, admitted);
          return reply.type(EVENT_STREAM).send(`${nextEvent(text)}${COMPLETE}`);
        }
        return answer(apollo, request, reply, parts, admitted);
      }
      return answer(apollo, request, reply, parts);
    },
  });
}

/** @param admitted what of it was admitted before */
async function answer(
  apollo: Apollo,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: RouteParts,
  admitted?: AdmittedRequest,
): Promise<FastifyReply> {
  const outcome: GatewayContext['outcome'] = {};
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: graphqlRequest(request),
    context: async () => ({ request: admitted ?? (await admit(request, reply, parts)), outcome }),
  });
  if (body.kind !== 'complete') throw new TypeError('no answer comes in chunks from there');
  const { data } = outcome;
  for (const [name, value] of headers) reply.header(name, value);
  if (!data?.later) return reply.code(status ?? 200).send(withVerbatims(body.string, data?.verbatims ?? []));
  const told = multipartAnswer(body.string, data.later, ({ extensions }) =>
    noteError(extensions?.['code'], request, parts),
  );
  endUnread(request, reply, parts);
  return reply.type(MULTIPART_RESPONSE).send(told);
}

/** The answer to what is no subscription, as JSON in one line. */
export async function answerAsText(
  apollo: Apollo,
  request: FastifyRequest,
  admitted: AdmittedRequest,
): Promise<string> {
  const outcome: GatewayContext['outcome'] = {};
  const { body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: graphqlRequest(request, JSON_RESPONSE),
    context: async () => ({ request: admitted, outcome }),
  });
  if (body.kind !== 'complete') throw new TypeError('no answer comes in chunks from there');
  return String(withVerbatims(body.string, outcome.data?.verbatims ?? [])).replaceAll(/[\r\n]/g, '');
}

async function admit(request: FastifyRequest, reply: FastifyReply, parts: RouteParts): Promise<AdmittedRequest> {
  try {
    assertAcceptable(request.headers.accept);
  } catch (error) {
    noteError('NOT_ACCEPTABLE', request, parts);
    throw error;
  }
  return admitRequest(request, reply, parts);
}

function graphqlRequest({ method, url, headers, body }: FastifyRequest, accept = headers.accept) {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries({ ...headers, accept })) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const query = url.indexOf('?');
  return { method, headers: map, search: query === -1 ? '' : url.slice(query), body };
}

/** A client that doesn't read what is told has as long again as the request may take, and is cut off. */
function endUnread({ record }: FastifyRequest, { raw: response }: FastifyReply, { configuration }: RouteParts): void {
  const end = record.startedAt + 2 * configuration.requestTimeoutMilliseconds;
  const timer = setTimeout(() => response.destroy(), end - Date.now());
  response.once('close', () => clearTimeout(timer));
}
