/**
 * What must not happen, and is dropped, counted and recorded when it does. Records hold names of types, ids and places
 * in the code; never a message, which may hold anything.
 */
import type { Log } from '@commonhold/platform/log.ts';
import { Counter, type Registry } from 'prom-client';

export interface Defects {
  /** A resolver gave an object that isn't the principal's, or whose id can't be read. It was denied. */
  foreignObjectDropped(type: string, log: Log): void;
  /** Something threw that wasn't made for clients. It was answered with INTERNAL_SERVER_ERROR. */
  unexpectedError(error: unknown, where: string, log: Log): void;
}

/** Counts in `metrics`: `subgraph_foreign_objects_dropped_total{type}` and `subgraph_unexpected_errors_total`. */
export function createDefects(metrics: Registry): Defects {
  const foreignObjects = new Counter({
    name: 'subgraph_foreign_objects_dropped_total',
    help: "Objects of another company or without a readable id that a resolver gave and that were dropped; it's a defect",
    labelNames: ['type'],
    registers: [metrics],
  });
  const unexpectedErrors = new Counter({
    name: 'subgraph_unexpected_errors_total',
    help: 'Errors that were not made for clients',
    registers: [metrics],
  });
  return {
    foreignObjectDropped: (type, log) => {
      foreignObjects.inc({ type });
      log.error({ type }, 'foreign object dropped');
    },
    unexpectedError: (error, where, log) => {
      unexpectedErrors.inc();
      log.error(
        { where, kind: error instanceof Error ? error.name : typeof error, frames: frames(error) },
        'unexpected',
      );
    },
  };
}

/** The places in the code, without the message that precedes them in a stack. */
function frames(error: unknown): readonly string[] {
  const lines = error instanceof Error ? (error.stack?.split('\n') ?? []) : [];
  return lines.filter((line) => /^ {4}at /.test(line)).map((line) => line.trim());
}
