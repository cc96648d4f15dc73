/** How times are spread. */

export interface Distribution {
  readonly count: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly maxMilliseconds: number;
}

/** Percentiles by nearest rank: each is a time that was measured. @throws {RangeError} of no times */
export function distributionOf(times: readonly number[]): Distribution {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number): number => {
    const time = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    if (time === undefined) throw new RangeError('no times');
    return time;
  };
  return { count: sorted.length, p50Milliseconds: at(0.5), p99Milliseconds: at(0.99), maxMilliseconds: at(1) };
}
