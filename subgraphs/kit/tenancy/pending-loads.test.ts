import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import DataLoader from 'dataloader';
import { createPendingLoads } from './pending-loads.ts';

describe('a batch that waits for what is under way', () => {
  const start = () => {
    const pending = createPendingLoads();
    const batches: (readonly string[])[] = [];
    const loader = new DataLoader<string, string>(
      async (keys) => {
        batches.push(keys);
        return keys;
      },
      { batchScheduleFn: pending.whenSettled },
    );
    const after = (milliseconds: number) => pending.during(() => wait(milliseconds));
    return { after, batches, loader };
  };

  it('holds what comes of all of it', async () => {
    const { after, batches, loader } = start();
    const quick = loader.load('at once');
    const slow = after(30).then(() => loader.load('after a load'));
    const slower = after(10)
      .then(() => after(40))
      .then(() => loader.load('after two'));
    expect(await Promise.all([quick, slow, slower])).toEqual(['at once', 'after a load', 'after two']);
    expect(batches).toEqual([['at once', 'after a load', 'after two']]);
  });

  it('goes on when a load fails, and when nothing is under way', async () => {
    const pending = createPendingLoads();
    const loader = new DataLoader<string, string>(async (keys) => keys, { batchScheduleFn: pending.whenSettled });
    const failing = pending.during(() => Promise.reject(new Error('no')));
    const waiting = loader.load('after a failure');
    await expect(failing).rejects.toThrow('no');
    expect(await waiting).toBe('after a failure');
    expect(await loader.load('alone')).toBe('alone');
  });
});
