/** What has been used is refused the second time, at every replica, whichever store they share. */
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '@commonhold/test/postgres.ts';
import { startRedis } from '@commonhold/test/redis.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ForgetfulReplayMemory, openReplayMemory } from './replay-memory.ts';

const MINUTE = 60_000;

interface Store {
  /** Another replica on the same store. */
  open(): Promise<ForgetfulReplayMemory>;
  stop(): Promise<void>;
}

const STORES: readonly (readonly [string, () => Promise<Store>])[] = [
  [
    'Redis',
    async () => {
      const { url, stop } = await startRedis();
      return { open: () => openReplayMemory({ name: 'test', redisUrl: url, databaseUrl: undefined }), stop };
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const { url, stop } = await startPostgres();
      return { open: () => openReplayMemory({ name: 'test', redisUrl: undefined, databaseUrl: url }), stop };
    },
  ],
];

describe.each(STORES)('what replicas remember in %s', (_, start) => {
  let store: Store;
  let replicas: readonly ForgetfulReplayMemory[] = [];
  const at = (index: number): ForgetfulReplayMemory => {
    const replica = replicas[index];
    if (!replica) throw new Error('no such replica');
    return replica;
  };

  beforeAll(async () => {
    store = await start();
    replicas = await Promise.all([store.open(), store.open()]);
    await Promise.all(replicas.map(answering));
  });
  afterAll(() => Promise.all(replicas.map((replica) => replica.close())));

  it('is used once, at whichever replica it comes again', async () => {
    expect(await at(0).isFirstUse('once', MINUTE)).toBe(true);
    expect(await at(0).isFirstUse('once', MINUTE)).toBe(false);
    expect(await at(1).isFirstUse('once', MINUTE)).toBe(false);
    expect(await at(1).isFirstUse('another', MINUTE)).toBe(true);
  });

  it('is used once when it comes to all of them at the same moment', async () => {
    const uses = Array.from({ length: 40 }, (_, index) => at(index % 2).isFirstUse('at once', MINUTE));
    expect((await Promise.all(uses)).filter((isFirst) => isFirst)).toHaveLength(1);
  });

  it('may come again when it came to nothing', async () => {
    expect(await at(0).isFirstUse('in vain', MINUTE)).toBe(true);
    await at(1).forget('in vain');
    expect(await at(0).isFirstUse('in vain', MINUTE)).toBe(true);
  });

  it('is forgotten after its time', async () => {
    expect(await at(0).isFirstUse('short', 300)).toBe(true);
    await wait(600);
    expect(await at(1).isFirstUse('short', 300)).toBe(true);
  });

  it('is not said to be new when the store has gone', async () => {
    await store.stop();
    await expect(at(0).isFirstUse('unknown', MINUTE)).rejects.toThrow();
    await expect(at(0).reach()).rejects.toThrow();
  });
});

describe('what a single process remembers', () => {
  it('is used once, and again after its time', async () => {
    const memory = await openReplayMemory({ name: 'test', redisUrl: undefined, databaseUrl: undefined });
    expect(await memory.isFirstUse('once', 300)).toBe(true);
    expect(await memory.isFirstUse('once', 300)).toBe(false);
    expect(await memory.isFirstUse('another', 300)).toBe(true);
    await wait(600);
    expect(await memory.isFirstUse('once', 300)).toBe(true);
    await memory.close();
  });
});

describe('an address that is none', () => {
  it('is named at the start', async () => {
    await expect(openReplayMemory({ name: 'test', redisUrl: 'redis', databaseUrl: undefined })).rejects.toThrow(
      'REDIS_URL is not the address of a Redis: give one such as rediss://redis.example:6379.',
    );
  });
});

/** Waits for the connection, which is made in the background. */
async function answering(memory: ForgetfulReplayMemory): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const isAnswering = await memory.reach().then(
      () => true,
      () => false,
    );
    if (isAnswering) return;
    await wait(50);
  }
  throw new Error('the store does not answer');
}
