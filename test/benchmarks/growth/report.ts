/** Figures → ratios to the smallest size, one line for each of what grows. */
import type { GrowthFigures } from './benchmark.ts';

export function reportGrowth(figures: readonly GrowthFigures[]): string {
  const kinds = [...new Set(figures.map(({ of }) => of))];
  const rows = (kind: GrowthFigures['of']): readonly GrowthFigures[] => figures.filter(({ of }) => of === kind);
  return [
    ...figures.map((row) => `${row.of} ${row.size}: ${row.cpuMillisecondsPerRequest.toFixed(2)} ms CPU a request`),
    line('cpu-per-field', rows('fields').map(perField)),
    line('cpu-per-added-field', addedPerField(rows('fields'))),
    ...kinds
      .filter((kind) => kind !== 'fields')
      .map((kind) => line(`cpu-per-request-${kind}`, rows(kind).map(perRequest))),
  ].join('\n');
}

interface Cost {
  readonly size: number;
  readonly cost: number;
}

function perRequest({ size, cpuMillisecondsPerRequest }: GrowthFigures): Cost {
  return { size, cost: cpuMillisecondsPerRequest };
}

function perField({ size, cpuMillisecondsPerRequest }: GrowthFigures): Cost {
  return { size, cost: cpuMillisecondsPerRequest / size };
}

/** From each size to the next, so that what each request costs at any rate doesn't count. */
function addedPerField(rows: readonly GrowthFigures[]): readonly Cost[] {
  return rows.slice(1).map((row, index) => {
    const smaller = rows[index] ?? row;
    const added = row.cpuMillisecondsPerRequest - smaller.cpuMillisecondsPerRequest;
    return { size: row.size, cost: added / (row.size - smaller.size) };
  });
}

function line(name: string, costs: readonly Cost[]): string {
  const [smallest] = costs;
  return [name, ...costs.map(({ size, cost }) => `${size}=${(cost / (smallest?.cost ?? Number.NaN)).toFixed(2)}`)].join(
    ' ',
  );
}
