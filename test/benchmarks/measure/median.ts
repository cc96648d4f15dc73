/** The median; of an even number of values the mean of the two in the middle. @throws {RangeError} of no values */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return (low + high) / 2;
}

/** The first row with, under each of `names`, the median of all rows. @throws {RangeError} of no rows */
export function medianRow<Name extends string, Row extends Readonly<Record<Name, number>>>(
  rows: readonly Row[],
  names: readonly Name[],
): Row {
  const [first] = rows;
  if (!first) throw new RangeError('no rows');
  return { ...first, ...Object.fromEntries(names.map((name) => [name, median(rows.map((row) => row[name]))])) };
}
