/**
 * What one request is: who asks, until when, and how to know that nobody waits any more. Most requests log nothing, and
 * many begin nothing that could be aborted: what is for that is made when it is asked for.
 */
import type { ServerResponse } from 'node:http';
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
  { raw: response }: FastifyReply,
  principal: Principal,
  { log, consents }: RequestSurroundings,
): SubgraphRequest {
  const { id: requestId } = request;
  const deadline = Date.now() + millisecondsLeft(request.headers['x-deadline-ms']);
  const { tenant } = principal;
  const made: { log?: Log; signal?: AbortSignal; consents?: SubgraphRequest['consents'] } = {};
  return {
    principal,
    requestId,
    deadline,
    get signal() {
      made.signal ??= endOf(response, deadline);
      return made.signal;
    },
    get log() {
      made.log ??= log.child({ requestId, tenant });
      return made.log;
    },
    get consents() {
      made.consents ??= consents?.of({ tenant, requestId, signal: this.signal }) ?? NO_CONSENTS;
      return made.consents;
    },
  };
}

/** Aborted when the deadline is over or the caller has gone. */
function endOf(response: ServerResponse, deadline: number): AbortSignal {
  const controller = new AbortController();
  const left = deadline - Date.now();
  if (left <= 0 || (response.closed && !response.writableFinished)) controller.abort();
  if (response.closed || controller.signal.aborted) return controller.signal;
  const timer = setTimeout(() => controller.abort(), left);
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
