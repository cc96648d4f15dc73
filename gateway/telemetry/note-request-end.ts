/** What is counted and logged of a request for GraphQL when it has ended. */
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics.ts';
import { describeRecord } from './request-record.ts';

export interface Observers {
  readonly metrics: Metrics;
  readonly log: Log;
}

/** In place of a status that nobody was there to be told. */
const CLIENT_HAS_GONE = 499;

/**
 * To be called when it begins. It ends when all of its answer was handed over, or its client has gone away, of which
 * Fastify's own hook tells nothing.
 */
export function noteRequestEnd(request: FastifyRequest, reply: FastifyReply, { metrics, log }: Observers): void {
  const startedAt = performance.now();
  reply.raw.once('close', () => {
    const { record } = request;
    const status = reply.raw.headersSent ? reply.raw.statusCode : CLIENT_HAS_GONE;
    metrics.requestEnded(status, (performance.now() - startedAt) / 1000);
    // Of a request that was refused early there is none: a line for each would cost as much as its refusal.
    if (record) log.info(describeRecord(record, status), 'request');
  });
}
