/**
 * The primary: starts the workers, hands connections to them in turn, and keeps what they have in common. It answers no
 * request itself.
 *
 * What is in common: which proofs were used, where no Redis or PostgreSQL holds that; how often provisioning may come;
 * the sum of what all count; whether all are ready.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Log } from '@commonhold/platform/log.ts';
import type { Running } from '@commonhold/platform/process.ts';
import { rememberInProcess } from '@commonhold/platform/replay/in-process.ts';
import type { GatewayConfiguration } from '../config.ts';
import { createProvisioningLimits } from '../provisioning/limits.ts';
import type { HealthResults } from '../telemetry/health.ts';
import { type Ask, converse } from './conversation.ts';
import { createSum } from './metrics-of-all.ts';
import { openPlace, type Place } from './place.ts';
import type { AskedOfPrimary, AskedOfWorker } from './siblings.ts';

export interface PrimaryOptions {
  readonly configuration: GatewayConfiguration;
  readonly log: Log;
}

/** Longer than a worker's checks take. */
const PATIENCE_MILLISECONDS = 3_000;

/** @throws {StartupError} when the first start of a worker fails; it has told the reason on standard error */
export async function startWorkers({ configuration, log }: PrimaryOptions): Promise<Running> {
  const usedProofs = rememberInProcess();
  const limits = createProvisioningLimits(configuration.provisioning);
  const sum = createSum();
  const asks = new WeakMap<Worker, Ask<AskedOfWorker>>();
  const places: Place[] = [];

  const answers: AskedOfPrimary = {
    isFirstUse: usedProofs.isFirstUse,
    admit: limits.admit,
    found: limits.found,
    metrics: async () => {
      await Promise.all(ready().map(([worker, ask]) => learnMetrics(worker, ask)));
      return sum.render();
    },
    health: async () => {
      const asked = ready();
      const told = await Promise.all(asked.map(([, ask]) => ask('health').catch(() => undefined)));
      return together(asked.length === configuration.workers ? told : [...told, undefined]);
    },
  };
  const ready = () =>
    places.flatMap((place): (readonly [Worker, Ask<AskedOfWorker>])[] => {
      const worker = place.ready();
      const ask = worker && asks.get(worker);
      return ask ? [[worker, ask]] : [];
    });
  const learnMetrics = async (worker: Worker, ask: Ask<AskedOfWorker>): Promise<void> => {
    // One that doesn't answer is in the sum by what it told before.
    const values = await ask('metrics').catch(() => undefined);
    if (values) sum.told(worker, values);
  };

  const open = async (number: number): Promise<void> => {
    const place = openPlace({
      number,
      fork: () => {
        const worker = cluster.fork({ GATEWAY_WORKER: String(number) });
        const channel = {
          send: (message: object, done: (error: Error | null) => void) => worker.send(message, done),
          onMessage: (listener: (message: unknown) => void) => worker.on('message', listener),
        };
        asks.set(worker, converse<AskedOfWorker>(channel, answers, PATIENCE_MILLISECONDS));
        return worker;
      },
      onEnd: (worker, how) => {
        sum.ended(worker);
        log.error({ worker: number, how }, 'a worker has ended: another one is started');
      },
    });
    places.push(place);
    void place.lost.then(() => giveUp(number));
    await place.started;
  };
  const stop = async (): Promise<void> => {
    const drained = await Promise.all(places.map((place) => place.stop()));
    await usedProofs.close();
    if (drained.includes(false)) throw new Error('a worker could not drain');
  };
  const giveUp = async (number: number): Promise<never> => {
    process.stderr.write(`gateway: Worker ${number} could not be started again: everything is stopped.\n`);
    await stop().catch(() => undefined);
    process.exit(1);
  };

  try {
    // Whatever is wrong with the configuration is told once.
    await open(1);
    await Promise.all(Array.from({ length: configuration.workers - 1 }, (_, index) => open(index + 2)));
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
  return { stop };
}

/** Ready is what is so for all. @param told by each worker; undefined: one doesn't answer */
function together(told: readonly (HealthResults | undefined)[]): HealthResults {
  const all: Record<string, 'ready' | 'not ready'> = { workers: told.includes(undefined) ? 'not ready' : 'ready' };
  for (const [name, result] of told.flatMap((results) => Object.entries(results ?? {}))) {
    if (all[name] !== 'not ready') all[name] = result;
  }
  return all;
}
