/**
 * The public door: Fastify speaks HTTP, Apollo Server speaks GraphQL, the pipeline answers.
 */
import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { openServicesDoor, type ServicesDoor } from '@commonhold/platform/tls/services-door.ts';
import cors from '@fastify/cors';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { GatewayConfiguration } from './config.ts';
import { closeConnectionsWhenDraining } from './draining.ts';
import { finalError, httpErrorBody, httpStatusOf } from './errors.ts';
import { DeferRule } from './execution/deferral/defer-rule.ts';
import { stringifyAnswer, WrittenData } from './execution/written-data.ts';
import { type Apollo, serveGraphql } from './graphql-route.ts';
import type { Pipeline } from './pipeline.ts';
import type { Admission } from './protection/admission.ts';
import { EXPOSED_HEADERS, refuseEarly } from './protection/early-refusal.ts';
import { discardBody, LARGEST_BODY_BYTES, readJsonOnly } from './protection/http-requests.ts';
import { SECURITY_HEADERS } from './protection/security-headers.ts';
import type { Live } from './subscriptions/live.ts';
import { serveSingleConnections } from './subscriptions/single-connection.ts';
import { serveWebSockets } from './subscriptions/websocket.ts';
import { FederatedGateway } from './supergraph/federated-gateway.ts';
import type { LoadedSupergraph } from './supergraph/load-supergraph.ts';
import { type HealthResults, registerHealth } from './telemetry/health.ts';
import { serveMetricsLocally } from './telemetry/local-metrics.ts';
import type { Metrics, RenderedMetrics } from './telemetry/metrics.ts';
import { noteRequestEnd } from './telemetry/note-request-end.ts';
import { type GatewayContext, observeOperations } from './telemetry/observe-operations.ts';
import { type RequestRecord, startRecord } from './telemetry/request-record.ts';

declare module 'fastify' {
  interface FastifyRequest {
    record: RequestRecord;
  }
}

export interface ServerParts {
  readonly configuration: GatewayConfiguration;
  readonly supergraph: LoadedSupergraph;
  readonly pipeline: Pipeline;
  readonly admission: Admission;
  /** Whose a request is, as far as that is known of its headers, names and values in turn. */
  readonly companyOf: (rawHeaders: readonly string[]) => string | undefined;
  readonly metrics: Metrics;
  /** What is shown of them. */
  readonly renderedMetrics: RenderedMetrics;
  readonly health: () => Promise<HealthResults>;
  /** Adds pages for browsers beside the API: what a browser gets that opens `/graphql`. */
  readonly registerPages?: (server: FastifyInstance) => Promise<void>;
  /** What the door for companies' services shows, where there is one, and whose certificates it takes. */
  readonly servicesIdentity: ServiceIdentity | undefined;
  /** Adds the door for companies' identity providers. */
  readonly registerProvisioning?: ((server: FastifyInstance) => Promise<void>) | undefined;
  /** undefined: there is nothing to subscribe to. */
  readonly live: Live | undefined;
  readonly log: Log;
}

/** Listens. `stop` refuses new requests and lets those under way end. */
export async function startServer(parts: ServerParts): Promise<Running> {
  const { configuration, renderedMetrics, health } = parts;
  const server = createHttpServer(parts);
  const apollo = createApolloServer(parts);
  await apollo.start();
  await protect(server, configuration);
  registerHealth(server, health);
  if (configuration.showsMetricsLocally) serveMetricsLocally(server, renderedMetrics);
  await parts.registerProvisioning?.(server);
  // Before the route, so that a hook of the pages can answer a browser in its place.
  await parts.registerPages?.(server);
  serveGraphql(server, apollo, parts);
  if (parts.live) serveLive(server, apollo, { ...parts, live: parts.live });
  await server.listen({ host: configuration.host, port: configuration.port, backlog: MOST_WAITING_TO_CONNECT });
  const servicesDoor = await openDoorForServices(server, parts);
  return {
    async stop() {
      await Promise.all([server.close(), servicesDoor?.stop()]);
      await apollo.stop();
    },
  };
}

/** The doors for subscriptions beside `/graphql`; all of them are closed when the server is about to. */
function serveLive(server: FastifyInstance, apollo: Apollo, parts: ServerParts & { readonly live: Live }): void {
  const { live, supergraph } = parts;
  const webSockets = serveWebSockets(server, { ...parts, schema: supergraph.clientSchema });
  server.addHook('preClose', async () => {
    webSockets.drain();
    live.drain();
  });
  serveSingleConnections(server, apollo, parts);
}

/** The same API for companies' services, over mutual TLS; nothing else is there. */
async function openDoorForServices(
  server: FastifyInstance,
  { configuration: { servicesDoor, host }, servicesIdentity }: ServerParts,
): Promise<ServicesDoor | undefined> {
  if (!servicesDoor || !servicesIdentity) return undefined;
  return openServicesDoor({
    identity: servicesIdentity,
    host,
    port: servicesDoor.port,
    answer: (request, response) => {
      if (SERVICES.test(request.url ?? '')) server.routing(request, response);
      else response.writeHead(404).end();
    },
  });
}

const GRAPHQL = /^\/graphql(\?|$)/;
/** What services reach. */
const SERVICES = /^\/graphql(\/stream)?(\?|$)/;
const SLOWEST_REQUEST_MILLISECONDS = 15_000;
/** A matter of memory: one that is idle holds some 20 KB. */
const MOST_CONNECTIONS = 10_000;
/** Whoever comes beyond tries again after a second or more: the kernel tells them nothing. */
const MOST_WAITING_TO_CONNECT = 4_096;

function createHttpServer({ configuration, admission, companyOf, metrics, log }: ServerParts): FastifyInstance {
  const server = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: SLOWEST_REQUEST_MILLISECONDS,
    connectionTimeout: 2 * SLOWEST_REQUEST_MILLISECONDS,
    keepAliveTimeout: 60_000,
    forceCloseConnections: 'idle',
    http: { headersTimeout: SLOWEST_REQUEST_MILLISECONDS },
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  server.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url === '/graphql') noteRequestEnd(request, reply, { metrics, log });
    done();
  });
  refuseEarly(server, { admission, companyOf, metrics, allowedOrigins: configuration.allowedOrigins });
  server.addHook('onRequest', async (request, reply) => {
    request.record = startRecord(request.id);
    reply.header('x-request-id', request.id);
  });
  closeConnectionsWhenDraining(server);
  server.setErrorHandler((error, request, reply) => sendError(error, request, reply, log));
  server.setNotFoundHandler((request, reply) =>
    GRAPHQL.test(request.url)
      ? reply.code(405).header('allow', 'GET, POST').send(httpErrorBody(405))
      : reply.code(404).send(httpErrorBody(404)),
  );
  return server;
}

async function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): Promise<FastifyReply> {
  const status = httpStatusOf(error);
  request.record.codes.push(status < 500 ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR');
  if (status === 413) await discardBody(request.raw).catch(() => undefined);
  if (status >= 500) log.error({ requestId: request.id, err: error }, 'request failed');
  return reply.code(status).type('application/json; charset=utf-8').send(httpErrorBody(status, error));
}

async function protect(server: FastifyInstance, { allowedOrigins }: GatewayConfiguration): Promise<void> {
  readJsonOnly(server);
  server.addHook('onRequest', (_, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    done();
  });
  await server.register(cors, {
    origin: [...allowedOrigins],
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: [
      ...['authorization', 'content-type', 'dpop', 'apollo-require-preflight', 'x-apollo-operation-name'],
      ...['last-event-id', 'x-graphql-event-stream-token'],
    ],
    exposedHeaders: EXPOSED_HEADERS,
    credentials: false,
    maxAge: 600,
  });
}

function createApolloServer({ supergraph, pipeline, metrics, log }: ServerParts): ApolloServer<GatewayContext> {
  return new ApolloServer<GatewayContext>({
    gateway: new FederatedGateway(supergraph, async (operation) => {
      const { request, outcome } = operation.context as GatewayContext;
      const result = await pipeline.answer(request, operation);
      if (result.data instanceof WrittenData) outcome.data = result.data;
      return result;
    }),
    nodeEnv: 'production',
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    formatError: finalError,
    stringifyResult: stringifyAnswer,
    validationRules: [DeferRule],
    logger: quietLogger(log),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      observeOperations(metrics),
    ],
  });
}

/** Its messages may hold what clients sent, so only that there was one is kept. */
function quietLogger(log: Log) {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: () => log.warn('warning of Apollo Server'),
    error: () => log.error('error in Apollo Server'),
  };
}
