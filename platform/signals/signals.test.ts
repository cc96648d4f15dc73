/** A replica hears of what another one says, by whichever server they share, also after that was away. */
import { setTimeout as wait } from 'node:timers/promises';
import { startPostgres } from '@commonhold/test/postgres.ts';
import { startRedis } from '@commonhold/test/redis.ts';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { openSignals } from './signals.ts';

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds() && Date.now() < end) await wait(10);
  expect(holds()).toBe(true);
}

describe('a signal', () => {
  it('is heard by other replicas over Redis, each of them', async () => {
    const redis = await startRedis();
    const heard = [0, 0];
    const open = (index: 0 | 1) =>
      openSignals({ name: 'test', redisUrl: redis.url, databaseUrl: undefined }, () => {
        heard[index] = (heard[index] ?? 0) + 1;
      });
    const replicas = await Promise.all([open(0), open(1)]);
    // Until both read: what is sent before may be missed, and what is missed doesn't matter.
    await until(() => {
      replicas[0].send();
      return heard.every((count) => count > 0);
    });
    await wait(500);
    const before = [...heard];
    replicas[1].send();
    await until(() => heard.every((count, index) => count > (before[index] ?? 0)));
    await Promise.all(replicas.map((replica) => replica.close()));
    await redis.stop();
  });

  it('is heard when the transaction that gives it is committed, over PostgreSQL, also after the connection broke', async () => {
    const postgres = await startPostgres();
    const administrator = new Client({ connectionString: postgres.superuserUrl });
    await administrator.connect();
    let heard = 0;
    const options = { name: 'test-signals', redisUrl: undefined, databaseUrl: postgres.url };
    const replica = await openSignals(options, () => {
      heard += 1;
    });
    await until(() => heard > 0);

    for (const isBroken of [false, true]) {
      if (isBroken) {
        const before = heard;
        await administrator.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%signals test-signals'",
        );
        // It listens again, and says that it may have missed something.
        await until(() => heard > before);
      }
      const before = heard;
      await administrator.query('begin');
      await administrator.query("select pg_notify('test-signals', '')");
      await wait(200);
      expect(heard).toBe(before);
      await administrator.query('commit');
      await until(() => heard > before);
    }
    await replica.close();
    await administrator.end();
    await postgres.stop();
  });
});
