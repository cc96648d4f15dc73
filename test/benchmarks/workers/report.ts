/** Figures → requests a second with more workers as ratios to one. */
import { WORKERS, WORKS, type WorkersFigures } from './benchmark.ts';

export function reportWorkers(figures: readonly WorkersFigures[]): string {
  const rate = (work: string, workers: number): number =>
    figures.find((row) => row.work === work && row.workers === workers)?.requestsPerSecond ?? Number.NaN;
  return [
    ...figures.map(
      (row) =>
        `${row.work} ${row.workers} workers: ${row.requestsPerSecond.toFixed(0)} requests a second, ` +
        `${row.cpuMillisecondsPerRequest.toFixed(2)} ms CPU a request, ${row.busyCores.toFixed(2)} of ${row.cores} ` +
        `cores, p50 ${row.p50Milliseconds} ms, p99 ${row.p99Milliseconds} ms`,
    ),
    ...WORKERS.slice(1).map((workers) =>
      [
        `rps-${workers}-workers`,
        ...WORKS.map(({ name }) => `${name}=${(rate(name, workers) / rate(name, 1)).toFixed(2)}`),
      ].join(' '),
    ),
  ].join('\n');
}
