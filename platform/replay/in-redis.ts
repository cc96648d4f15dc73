/** For many replicas: ids in Redis, which forgets each by itself. */
import { connectRedis } from '../redis.ts';
import type { ServerAddress } from '../secrets/server-passwords.ts';
import { inTime } from './in-time.ts';
import type { ReplayMemory } from './replay-memory.ts';

/** @param address such as `rediss://redis.example:6379` */
export function rememberInRedis(name: string, address: ServerAddress): ReplayMemory {
  const redis = connectRedis(address);
  return {
    isFirstUse: async (id, milliseconds) => {
      const key = `commonhold:${name}:used:${id}`;
      const written = await inTime(
        redis.set(key, '1', { condition: 'NX', expiration: { type: 'PX', value: milliseconds } }),
      );
      return written === 'OK';
    },
    reach: async () => {
      await inTime(redis.ping());
    },
    close: async () => redis.destroy(),
  };
}
