/** What one request is: who asks, until when, and how to know that nobody waits any more. */
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { type ConsentDirectory, NO_CONSENTS } from '../tenancy/consents.ts';
import type { Principal } from '../tenancy/principal.ts';
import { millisecondsLeft } from './deadline.ts';

export interface RequestSurroundings {
  readonly log: Log;
  /** undefined: the subgraph asks no partner. */
  readonly consents: ConsentDirectory | undefined;
}

export function requestContext(
  request: FastifyRequest,
  reply: FastifyReply,
  principal: Principal,
  { log, consents }: RequestSurroundings,
): SubgraphRequest {
  const { id: requestId } = request;
  const milliseconds = millisecondsLeft(request.headers['x-deadline-ms']);
  const signal = endOf(reply, milliseconds);
  return {
    principal,
    requestId,
    deadline: Date.now() + milliseconds,
    signal,
    log: log.child({ requestId, tenant: principal.tenant }),
    consents: consents?.of({ tenant: principal.tenant, requestId, signal }) ?? NO_CONSENTS,
  };
}

/** Aborted when the deadline is over or the caller has gone. */
function endOf({ raw: response }: FastifyReply, milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), milliseconds);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
