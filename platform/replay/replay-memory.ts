/**
 * Remembers what has been used, so that nothing is used twice: the ids of proofs, shared by all replicas of a process
 * where they have a Redis or a PostgreSQL in common.
 */
import type { ServerAddress } from '../secrets/server-passwords.ts';
import { rememberInProcess } from './in-process.ts';

export interface ReplayMemory {
  /**
   * Whether `id` comes for the first time within `milliseconds`. Of several who ask at once, at one replica or at many,
   * one is told so.
   *
   * @throws {Error} when that can't be found out in time. Whoever asks has to refuse then.
   */
  isFirstUse(id: string, milliseconds: number): Promise<boolean>;
  /** @throws {Error} when nothing can be remembered at the moment. */
  reach(): Promise<void>;
  close(): Promise<void>;
}

export interface ForgetfulReplayMemory extends ReplayMemory {
  /** For what came to nothing after all, and may come again. @throws {Error} when the store doesn't answer in time */
  forget(id: string): Promise<void>;
}

export interface ReplayMemoryOptions {
  /** What the ids are of, such as `gateway`: the schema in PostgreSQL, the beginning of the keys in Redis. */
  readonly name: string;
  /** Goes before `databaseUrl`. */
  readonly redisUrl: ServerAddress | undefined;
  readonly databaseUrl: ServerAddress | undefined;
}

/**
 * Without an address the ids are kept in this process, which is enough for a single replica. A Redis may come up later;
 * until then nothing is accepted.
 *
 * @throws {StartupError} when an address is none, or PostgreSQL does not answer.
 */
export async function openReplayMemory({
  name,
  redisUrl,
  databaseUrl,
}: ReplayMemoryOptions): Promise<ForgetfulReplayMemory> {
  // Only the driver that is used is loaded: each costs start-up time.
  if (redisUrl !== undefined) {
    const { rememberInRedis } = await import('./in-redis.ts');
    return rememberInRedis(name, redisUrl);
  }
  if (databaseUrl !== undefined) {
    const { rememberInPostgres } = await import('./in-postgres.ts');
    return rememberInPostgres(name, databaseUrl);
  }
  return rememberInProcess();
}
