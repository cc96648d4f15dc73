/** What one thing more costs → a line for each, in shares of a request that asks for nothing. */
import type { Cost } from './benchmark.ts';

export function reportCost(costs: readonly Cost[]): string {
  const [request] = costs;
  return costs
    .map(({ of, cpuMicroseconds }) => {
      const share = cpuMicroseconds / (request?.cpuMicroseconds ?? Number.NaN);
      return `${of}: ${cpuMicroseconds.toFixed(1)} µs CPU, ${share.toFixed(4)} of a request`;
    })
    .join('\n');
}
