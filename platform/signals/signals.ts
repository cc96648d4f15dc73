/**
 * A word from one replica to the others: something happened, look. It may be lost, come twice or late; whoever gets it
 * looks for itself what it was.
 */

import type { ServerAddress } from '../secrets/server-passwords.ts';

export interface Signals {
  /** Tells the other replicas, as soon as it can. */
  send(): void;
  close(): Promise<void>;
}

export interface SignalsOptions {
  /** What it is about, such as `access-changes`: the channel in PostgreSQL, the end of the key in Redis. */
  readonly name: string;
  /** Goes before `databaseUrl`. */
  readonly redisUrl: ServerAddress | undefined;
  readonly databaseUrl: ServerAddress | undefined;
}

/**
 * By Redis, or by PostgreSQL, or, where neither is named, to nobody: then there are no other replicas.
 *
 * In PostgreSQL it is the transaction that tells: by `pg_notify`, which is delivered when it is committed.
 *
 * @param receive is called for each signal, and whenever some may have been missed
 */
export async function openSignals(options: SignalsOptions, receive: () => void): Promise<Signals> {
  const { name, redisUrl, databaseUrl } = options;
  // Only the driver that is used is loaded: each costs start-up time.
  if (redisUrl !== undefined) {
    const { signalByRedis } = await import('./by-redis.ts');
    return signalByRedis(name, redisUrl, receive);
  }
  if (databaseUrl !== undefined) {
    const { listenToPostgres } = await import('./by-postgres.ts');
    return listenToPostgres(name, databaseUrl, receive);
  }
  return { send: () => undefined, close: async () => undefined };
}
