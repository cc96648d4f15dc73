/** A request of HTTP → what the pipeline admits. */
import type { Log } from '@commonhold/platform/log.ts';
import { certificateThumbprint, clientCertificate } from '@commonhold/platform/tls/services-door.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { GatewayConfiguration } from './config.ts';
import type { AdmittedRequest, IncomingRequest, Pipeline } from './pipeline.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { RequestRecord } from './telemetry/request-record.ts';

export interface AdmissionParts {
  readonly configuration: GatewayConfiguration;
  readonly pipeline: Pipeline;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** @throws {GraphQLError} as `Pipeline.admit`; it has been counted */
export async function admitRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: AdmissionParts,
): Promise<AdmittedRequest> {
  const { pipeline, configuration, log } = parts;
  try {
    return await pipeline.admit(incoming(request, reply, configuration, log));
  } catch (error) {
    noteError(error instanceof GraphQLError ? error.extensions['code'] : 'INTERNAL_SERVER_ERROR', request, parts);
    throw error;
  }
}

/** The code of an error that is told. */
export function noteError(
  code: unknown,
  { record }: FastifyRequest,
  { metrics }: Pick<AdmissionParts, 'metrics'>,
): void {
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
  { raw, method, routeOptions: { url: path = '' } }: FastifyRequest,
  { publicOrigin, servicesDoor }: GatewayConfiguration,
): IncomingRequest['arrival'] {
  const certificate = clientCertificate(raw);
  if (!certificate || !servicesDoor) return { method, address: `${publicOrigin}${path}`, certificate: undefined };
  const address = `${servicesDoor.publicOrigin}${path}`;
  return { method, address, certificate: certificateThumbprint(certificate) };
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
