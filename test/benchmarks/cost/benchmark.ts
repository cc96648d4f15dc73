/**
 * What each thing more in a request costs: CPU of all our processes for an operation without it and for one with much of
 * it, in rounds that interleave them; what lies between, divided by how much more there is.
 */
import { startProcess } from '../../processes.ts';
import type { Effort } from '../gateway/benchmark.ts';
import { HOUSING } from '../gateway/graphs.ts';
import type { Role } from '../gateway/roles.ts';
import { startCommonhold } from '../gateway/sides/commonhold/start.ts';
import { freePorts } from '../gateway/sides/processes.ts';
import type { Work } from '../gateway/works.ts';
import { load } from '../measure/load.ts';
import { median } from '../measure/median.ts';
import { cpuSeconds } from '../measure/process-cost.ts';

export interface Cost {
  /** What there is one more of. */
  readonly of: string;
  /** Of all our processes. */
  readonly cpuMicroseconds: number;
}

/** Two operations that differ in one thing alone. */
interface Difference {
  readonly of: string;
  readonly without: Work;
  readonly with: Work;
  /** How much more of it is in the second. */
  readonly more: number;
}

const CONNECTIONS = 8;
const LIMITS = { LIMIT_LIST_ITEMS: '100000', LIMIT_VALUES: '1000000' };
const NOTHING = work('{ __typename }');
const LONG_KEY = 'k'.repeat(103);

const DIFFERENCES: readonly Difference[] = [
  { of: 'fetch of a root', without: NOTHING, with: work('{ residences(first: 1) { id } }'), more: 1 },
  {
    of: 'fetch of entities',
    without: work('{ residences(first: 1) { id } }'),
    with: work('{ residences(first: 1) { id account { id } } }'),
    more: 1,
  },
  { of: 'field with its rule', without: work(residences(10)), with: work(residences(1_000)), more: 3_960 },
  { of: 'path that is pruned', without: work(numbers(1), 'ANALYST'), with: work(numbers(51), 'ANALYST'), more: 50 },
  {
    of: 'kilobyte',
    without: work('{ residences(first: 1000) { key: number } }'),
    with: work(`{ residences(first: 1000) { ${LONG_KEY}: number } }`),
    more: 100,
  },
];

/** @returns the request of nothing first, to which the others are compared */
export async function benchmarkCost(effort: Effort): Promise<readonly Cost[]> {
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  const side = await startCommonhold(stubPort, HOUSING, LIMITS);
  const measure = async (asked: Work, seconds: number): Promise<number> => {
    const before = await cpuSeconds(side.processIds);
    const { answered } = await load(side.request(asked), CONNECTIONS, { seconds });
    return (((await cpuSeconds(side.processIds)) - before) * 1_000_000) / answered;
  };
  try {
    const works = [...new Set(DIFFERENCES.flatMap((difference) => [difference.without, difference.with]))];
    const rounds = new Map<Work, number[]>(works.map((each) => [each, []]));
    for (const each of works) await measure(each, effort.warmUpSeconds);
    for (let round = 0; round < effort.rounds; round += 1) {
      for (const each of works) rounds.get(each)?.push(await measure(each, effort.seconds));
    }
    const of = (asked: Work): number => median(rounds.get(asked) ?? []);
    return [
      { of: 'request', cpuMicroseconds: of(NOTHING) },
      ...DIFFERENCES.map(({ of: name, without, with: more, more: count }) => ({
        of: name,
        cpuMicroseconds: (of(more) - of(without)) / count,
      })),
    ];
  } finally {
    await side.stop();
    await stub.stop();
  }
}

function work(query: string, role: Role = 'DISPATCHER'): Work {
  return { name: query.slice(0, 40), query, role };
}

/** Of four fields each. */
function residences(count: number): string {
  return `{ residences(first: ${count}) { id number floor areaSquareMeters } }`;
}

/** So many paths that an analyst may not see. */
function numbers(count: number): string {
  return `{ residences(first: 1) { id ${Array.from({ length: count }, (_, index) => `n${index}: number`).join(' ')} } }`;
}
