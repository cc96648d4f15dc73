/**
 * Where accepted changes are kept in the order in which they came: in this process, or in a Redis that all replicas share.
 * Whoever reads gets each of them, with a cursor of its own, in the same order at every replica.
 */
import type { ServerAddress } from '@commonhold/platform/secrets/server-passwords.ts';
import { keepInProcess } from './in-process.ts';
import type { PartnerChange } from './partner-change.ts';

export interface EventLog {
  /** Resolves when it is kept. @throws {Error} when it can't be kept in time; whoever told it has to tell it again */
  append(change: PartnerChange): Promise<void>;
  close(): Promise<void>;
}

export interface EventLogReader {
  received(change: PartnerChange, cursor: string): void;
  /**
   * What was received so far doesn't count any more.
   *
   * @param origin cursor of what stands before `changes`
   * @param changes those that are there, the oldest first
   */
  restarted(origin: string, changes: readonly (readonly [change: PartnerChange, cursor: string])[]): void;
}

/** The newest that are kept; whoever has fallen behind further is told so. */
export const GREATEST_KEPT = 10_000;

/** @param name of the subgraph */
export async function openEventLog(
  name: string,
  redis: ServerAddress | undefined,
  reader: EventLogReader,
): Promise<EventLog> {
  if (redis === undefined) return keepInProcess(reader);
  // The driver costs start-up time.
  const { keepInRedis } = await import('./in-redis.ts');
  return keepInRedis(name, redis, reader);
}
