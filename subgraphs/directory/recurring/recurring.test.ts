import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { EITHER_DATABASE, type TestDatabase } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { Registry } from 'prom-client';
import { openDirectory } from '../database/open-directory.ts';
import type { Tables } from '../database/tables.ts';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { forEachCompany } from './companies.ts';
import { giveBack, takeLease } from './lease.ts';
import { type RecurringJob, startRecurring } from './recurring.ts';

const log = createLog('directory', { LOG_LEVEL: 'silent' });

describe.each(EITHER_DATABASE)('recurring work on %s', (_, provide) => {
  let provided: TestDatabase;
  let database: Kysely<Tables>;

  beforeAll(async () => {
    provided = await provide();
    database = await openDirectory(provided.url, provided.dataDirectory);
  });

  afterAll(async () => {
    await database?.destroy();
    await provided?.remove();
  });

  const start = (job: RecurringJob) => {
    const metrics = new Registry();
    return { metrics, ...startRecurring([job], { database, log, metrics }) };
  };

  const until = async (holds: () => boolean): Promise<void> => {
    const end = Date.now() + 20_000;
    while (!holds() && Date.now() < end) await wait(20);
    expect(holds()).toBe(true);
  };

  it('is done by one of several replicas at a time', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const job: RecurringJob = {
      name: 'one-at-a-time',
      everySeconds: 0.05,
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await wait(30);
        running -= 1;
        runs += 1;
      },
    };
    const replicas = [start(job), start(job), start(job)];
    await until(() => runs >= 8);
    await Promise.all(replicas.map(({ stop }) => stop()));
    expect(most).toBe(1);
  });

  it('is not taken again before its interval is over, by whichever replica', async () => {
    const job = { name: 'hourly', everySeconds: 3_600 };
    const [first, second] = [randomUUID(), randomUUID()];
    expect(await takeLease(database, job, first)).toBe(true);
    expect(await takeLease(database, job, second)).toBe(false);
    await giveBack(database, job, first);
    expect(await takeLease(database, job, second)).toBe(false);
    await sql`update recurring_job set began_at = now() - interval '1 hour' where name = ${job.name}`.execute(database);
    expect(await takeLease(database, job, second)).toBe(true);
    // Whoever lost it gives back nothing.
    await giveBack(database, job, first);
    await sql`update recurring_job set began_at = now() - interval '1 hour' where name = ${job.name}`.execute(database);
    expect(await takeLease(database, job, first)).toBe(false);
  });

  it('goes on after it failed, and counts that it did', async () => {
    let runs = 0;
    const replica = start({
      name: 'failing',
      everySeconds: 0.05,
      run: async () => {
        runs += 1;
        if (runs === 1) throw new Error('no');
      },
    });
    await until(() => runs >= 3);
    await replica.stop();
    expect(await replica.metrics.metrics()).toMatch(/runs_total\{job="failing",outcome="failed"\} 1\n/);
  });

  it('is done for every company, also when it fails for another', async () => {
    for (const tenant of ['northgate', 'riverside'].map(tenantId)) {
      await createOwnerTransactions(database)(tenant, (transaction) =>
        transaction.insertInto('company').values({ tenant, name: tenant }).execute(),
      );
    }
    const seen: string[] = [];
    const failing = forEachCompany(database, AbortSignal.timeout(10_000), async (tenant) => {
      seen.push(tenant);
      if (tenant === 'northgate') throw new Error('no');
    });
    await expect(failing).rejects.toThrow(AggregateError);
    expect(seen).toEqual(['northgate', 'riverside']);
  });
});
