/** A connection to Redis that is opened in the background and again whenever it breaks. */
import { createClient } from 'redis';
import { inTurn, type ServerAddress } from './secrets/server-passwords.ts';
import { StartupError } from './startup-error.ts';

const LONGEST_PAUSE_MILLISECONDS = 1_000;
const CONNECT_TIMEOUT_MILLISECONDS = 2_000;

export type RedisConnection = ReturnType<typeof connectRedis>;

/**
 * What is asked of it while there is no connection fails at once: nobody is answered late from a queue.
 *
 * @param address such as `rediss://user:password@redis.example:6379/0`; whom it names is asked anew for each connection
 * @throws {StartupError} when it is no such address
 */
export function connectRedis(address: ServerAddress) {
  const addresses = inTurn(address);
  const url = URL.parse(addresses.now());
  if (!url || !/^rediss?:\/\/./.test(url.href)) {
    throw new StartupError('REDIS_URL is not the address of a Redis', 'give one such as rediss://redis.example:6379');
  }
  // What stands in the address would go before what is asked for.
  url.username = '';
  url.password = '';
  const client = createClient({
    url: url.href,
    credentialsProvider: {
      type: 'async-credentials-provider',
      credentials: async () => credentialsIn(addresses.now()),
    },
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_PAUSE_MILLISECONDS),
    },
  });
  // Without a listener a broken connection would end the process; whoever asks is told by the failure.
  client.on('error', (error: unknown) => {
    if (error instanceof Error && error.message.startsWith('WRONGPASS')) addresses.refused();
  });
  client.connect().catch(() => undefined);
  return client;
}

function credentialsIn(address: string): { readonly username?: string; readonly password?: string } {
  const { username, password } = new URL(address);
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}
