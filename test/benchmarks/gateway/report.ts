/** Figures → ratios to named baselines, one line each, `cpu-ratio` last. */
import type { Figures } from './benchmark.ts';

type Pick = (figures: Figures) => number;

export function report(figures: readonly Figures[]): string {
  const works = [...new Set(figures.map(({ work }) => work))];
  const line = (name: string, side: string, pick: Pick): string =>
    [name, ...works.map((work) => `${work}=${ratio(figures, work, side, pick).toFixed(2)}`)].join(' ');
  return [
    ...figures.map(
      (row) =>
        `${row.work} ${row.side}: ${row.cpuMillisecondsPerRequest.toFixed(2)} ms CPU a request, ` +
        `${row.requestsPerSecond.toFixed(0)} requests a second, p50 ${row.p50Milliseconds} ms, ` +
        `p99 ${row.p99Milliseconds} ms, ${row.residentMegabytes.toFixed(0)} MB, ` +
        `${row.allocatedKilobytesPerRequest.toFixed(0)} KB allocated a request`,
    ),
    line('rps-vs-stock', 'stock-with-shield', ({ requestsPerSecond }) => requestsPerSecond),
    line('rps-vs-hive', 'hive-rust', ({ requestsPerSecond }) => requestsPerSecond),
    line('allocated-vs-stock', 'stock-with-shield', ({ allocatedKilobytesPerRequest }) => allocatedKilobytesPerRequest),
    line('cpu-to-relay', 'relay', ({ cpuMillisecondsPerRequest }) => cpuMillisecondsPerRequest),
    line('cpu-ratio', 'bff', ({ cpuMillisecondsPerRequest }) => cpuMillisecondsPerRequest),
  ].join('\n');
}

/** The product's figure to that of `side`. */
function ratio(figures: readonly Figures[], work: string, side: string, pick: Pick): number {
  const of = (name: string): number => {
    const row = figures.find((candidate) => candidate.work === work && candidate.side === name);
    return row ? pick(row) : Number.NaN;
  };
  return of('commonhold') / of(side);
}
