/**
 * What all workers have counted together. What one that has ended counted stays in the sum, as far as it was told:
 * a sum that went back would be taken for a restart of everything.
 */
import type { Worker } from 'node:cluster';
import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import type { MetricValues } from '../telemetry/metrics.ts';

export interface SumOfMetrics {
  render(): Promise<string>;
  told(worker: Worker, values: MetricValues): void;
  ended(worker: Worker): void;
}

export function createSum(): SumOfMetrics {
  const own = new Registry();
  const ends = new Counter({
    name: 'gateway_worker_ends_total',
    help: 'Workers that ended by themselves, and were replaced',
    registers: [own],
  });
  const last = new Map<Worker, MetricValues>();
  let ofEnded: Promise<MetricValues> = Promise.resolve([]);
  return {
    render: async () => add([...last.values(), await ofEnded, await own.getMetricsAsJSON()]).metrics(),
    told: (worker, values) => {
      if (!worker.isDead()) last.set(worker, values);
    },
    ended: (worker) => {
      ends.inc();
      const counted = (last.get(worker) ?? []).filter(({ type }) => !isOfNow(type));
      last.delete(worker);
      ofEnded = ofEnded.then((before) => add([before, counted]).getMetricsAsJSON());
    },
  };
}

/** The library's types name kinds by number, what it makes is their names. */
const isOfNow = (type: unknown): boolean => type !== 'counter' && type !== 'histogram';

const add = (told: readonly MetricValues[]): Registry =>
  AggregatorRegistry.aggregate(told.map((values) => [...values]));
