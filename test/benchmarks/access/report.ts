/** Figures → CPU a request as ratios to a bearer token, a line for each way. */
import { type AccessFigures, WAYS, type Way, WORKS } from './benchmark.ts';

export function reportAccess(figures: readonly AccessFigures[]): string {
  const cpu = (work: string, way: Way): number =>
    figures.find((row) => row.work === work && row.way === way)?.cpuMillisecondsPerRequest ?? Number.NaN;
  return [
    ...figures.map(
      (row) =>
        `${row.work} ${row.way}: ${row.cpuMillisecondsPerRequest.toFixed(2)} ms CPU a request, ` +
        `${row.requestsPerSecond.toFixed(0)} requests a second, p50 ${row.p50Milliseconds.toFixed(1)} ms, ` +
        `p99 ${row.p99Milliseconds.toFixed(1)} ms`,
    ),
    ...WAYS.map((way) =>
      [
        `cpu-${way}-vs-bearer`,
        ...WORKS.map(({ name }) => `${name}=${(cpu(name, way) / cpu(name, 'bearer')).toFixed(2)}`),
      ].join(' '),
    ),
  ].join('\n');
}
