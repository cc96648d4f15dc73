/** Figures → one line for each way of taking something away, and the promise that they are held against. */
import type { RevocationFigures } from './benchmark.ts';

export function reportRevocation(figures: readonly RevocationFigures[]): string {
  return figures
    .map(
      ({ sharing, kind, count, p50Milliseconds, p99Milliseconds, maxMilliseconds }) =>
        `${sharing} ${kind}: p50=${p50Milliseconds.toFixed(0)} p99=${p99Milliseconds.toFixed(0)} ` +
        `max=${maxMilliseconds.toFixed(0)} ms to the refusal, of ${count}`,
    )
    .join('\n');
}
