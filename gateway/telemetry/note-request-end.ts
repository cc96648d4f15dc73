/** What is counted and logged of a request for GraphQL when it has ended. */
import type { Log } from '@commonhold/platform/log.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics.ts';
import { describeRecord } from './request-record.ts';

export interface Observers {
  readonly metrics: Metrics;
  readonly log: Log;
}

export function noteRequestEnd({ record }: FastifyRequest, reply: FastifyReply, { metrics, log }: Observers): void {
  metrics.requestEnded(reply.statusCode, reply.elapsedTime / 1000);
  // Of a request that was refused early there is none: a line for each would cost as much as its refusal.
  if (record) log.info(describeRecord(record, reply.statusCode), 'request');
}
