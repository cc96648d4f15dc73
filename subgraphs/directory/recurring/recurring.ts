/**
 * Work that comes again and again: each job runs on one replica at a time, and no more often than its interval says,
 * however many replicas there are and however often they restart.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import type { Kysely } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Tables } from '../database/tables.ts';
import { giveBack, LEASE_SECONDS, takeLease } from './lease.ts';

export interface RecurringJob {
  /** Unique, such as `end-reviews`. */
  readonly name: string;
  readonly everySeconds: number;
  /** @param signal aborted when the lease is over or the process stops: nothing may be begun after it. */
  run(signal: AbortSignal): Promise<void>;
}

export interface RecurringOptions {
  /** As the owner of the tables. */
  readonly database: Kysely<Tables>;
  readonly log: Log;
  /** Counts `directory_recurring_runs_total{job,outcome}` and tells `directory_recurring_last_success_seconds{job}`. */
  readonly metrics: Registry;
}

const LONGEST_PAUSE_SECONDS = 60;

/** Begins with each job after a part of its interval; `stop` waits for what is under way. */
export function startRecurring(jobs: readonly RecurringJob[], options: RecurringOptions): Running {
  const stopping = new AbortController();
  const holder = randomUUID();
  const observe = createObserver(options);

  const takeTurn = async (job: RecurringJob): Promise<void> => {
    if (!(await takeLease(options.database, job, holder))) return;
    try {
      await job.run(AbortSignal.any([stopping.signal, AbortSignal.timeout(LEASE_SECONDS * 1000)]));
      observe(job.name, undefined);
    } finally {
      await giveBack(options.database, job, holder);
    }
  };

  async function repeat({ name, everySeconds }: RecurringJob, signal: AbortSignal, turn: () => Promise<void>) {
    const pause = Math.min(everySeconds, LONGEST_PAUSE_SECONDS) * 1000;
    await wait(Math.random() * pause, undefined, { signal, ref: false }).catch(() => undefined);
    while (!signal.aborted) {
      await turn().catch((error: unknown) => observe(name, error));
      await wait(pause * (0.9 + Math.random() * 0.2), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  const loops = jobs.map((job) => repeat(job, stopping.signal, () => takeTurn(job)));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

/** Messages of errors may hold data: their kind alone is written down. */
function createObserver({ log, metrics }: RecurringOptions): (job: string, error: unknown) => void {
  const runs = new Counter({
    name: 'directory_recurring_runs_total',
    help: 'Runs of recurring jobs, by how they ended',
    labelNames: ['job', 'outcome'],
    registers: [metrics],
  });
  const lastSuccess = new Gauge({
    name: 'directory_recurring_last_success_seconds',
    help: 'When a recurring job last ended well on this replica, in seconds since the epoch',
    labelNames: ['job'],
    registers: [metrics],
  });
  return (job, error) => {
    runs.inc({ job, outcome: error === undefined ? 'done' : 'failed' });
    if (error === undefined) lastSuccess.setToCurrentTime({ job });
    else log.error({ job, err: error }, 'recurring work failed');
  };
}
