/** For many replicas: ids in Redis, which forgets each by itself. */
import { connectRedis } from '../redis.ts';
import type { ServerAddress } from '../secrets/server-passwords.ts';
import { inTime } from './in-time.ts';
import type { ForgetfulReplayMemory } from './replay-memory.ts';

/** @param address such as `rediss://redis.example:6379` */
export function rememberInRedis(name: string, address: ServerAddress): ForgetfulReplayMemory {
  const redis = connectRedis(address);
  const keyOf = (id: string): string => `commonhold:${name}:used:${id}`;
  return {
    isFirstUse: async (id, milliseconds) => {
      const written = await inTime(
        redis.set(keyOf(id), '1', { condition: 'NX', expiration: { type: 'PX', value: milliseconds } }),
      );
      return written === 'OK';
    },
    forget: async (id) => {
      await inTime(redis.del(keyOf(id)));
    },
    reach: async () => {
      await inTime(redis.ping());
    },
    close: async () => redis.destroy(),
  };
}
