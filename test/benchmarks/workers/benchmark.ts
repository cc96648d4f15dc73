/**
 * What a second worker of the gateway gives: requests a second with one and with two, of an operation that only the gateway
 * has to do with and of one that a subgraph answers. In rounds that interleave them.
 */
import { availableParallelism } from 'node:os';
import { startProcess } from '../../processes.ts';
import type { Effort } from '../gateway/benchmark.ts';
import { HOUSING } from '../gateway/graphs.ts';
import { type CommonholdSide, startCommonhold } from '../gateway/sides/commonhold/start.ts';
import { freePorts } from '../gateway/sides/processes.ts';
import { HOUSING_WORKS, type Work } from '../gateway/works.ts';
import { type LoadResult, load } from '../measure/load.ts';
import { medianRow } from '../measure/median.ts';
import { cpuSeconds, withChildren } from '../measure/process-cost.ts';

export interface WorkersFigures extends Omit<LoadResult, 'answered' | 'failed'> {
  readonly work: string;
  readonly workers: number;
  /** Of all our processes, subgraphs too. */
  readonly cpuMillisecondsPerRequest: number;
  /** That they had of the machine; the load and the partner's stub had the rest. */
  readonly busyCores: number;
  readonly cores: number;
}

export const WORKERS = [1, 2] as const;
const CONNECTIONS = 16;
export const WORKS: readonly Work[] = [
  { name: 'check', query: '{ __typename }', role: 'DISPATCHER' },
  ...HOUSING_WORKS.filter(({ name }) => name === 'W1'),
];

/** @returns every figure, the median of the rounds */
export async function benchmarkWorkers(effort: Effort): Promise<readonly WorkersFigures[]> {
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  const sides = new Map<number, CommonholdSide>();
  const measure = async (work: Work, workers: number, seconds: number): Promise<WorkersFigures[]> => {
    const side = sides.get(workers);
    if (!side) return [];
    const ids = await withChildren(side.processIds);
    const before = await cpuSeconds(ids);
    const { answered, failed: _, ...loaded } = await load(side.request(work), CONNECTIONS, { seconds });
    const used = (await cpuSeconds(ids)) - before;
    return [
      {
        work: work.name,
        workers,
        ...loaded,
        cpuMillisecondsPerRequest: (used * 1000) / answered,
        busyCores: (used * loaded.requestsPerSecond) / answered,
        cores: availableParallelism(),
      },
    ];
  };
  try {
    for (const workers of WORKERS) {
      sides.set(workers, await startCommonhold(stubPort, HOUSING, { GATEWAY_WORKERS: String(workers) }));
    }
    const figures: WorkersFigures[] = [];
    for (const work of WORKS) {
      for (const workers of WORKERS) await measure(work, workers, effort.warmUpSeconds);
      const rounds: WorkersFigures[] = [];
      for (let round = 0; round < effort.rounds; round += 1) {
        for (const workers of WORKERS) rounds.push(...(await measure(work, workers, effort.seconds)));
      }
      const of = (workers: number) => rounds.filter((row) => row.workers === workers);
      figures.push(...WORKERS.map((workers) => medianRow(of(workers), MEASURED)));
    }
    return figures;
  } finally {
    await Promise.all([...sides.values()].map((side) => side.stop()));
    await stub.stop();
  }
}

const MEASURED = [
  'requestsPerSecond',
  'p50Milliseconds',
  'p99Milliseconds',
  'cpuMillisecondsPerRequest',
  'busyCores',
] as const;
