/**
 * What a request costs through the whole system with policy on every field, beside a hand-written aggregator of the same
 * answer and beside Apollo's stock gateway. In rounds that interleave the sides, so that whatever else the machine does
 * hits all of them; each side alone is asked at a time, by as many connections.
 */
import { startProcess } from '../../processes.ts';
import { type End, type LoadResult, load } from '../measure/load.ts';
import { medianRow } from '../measure/median.ts';
import { cpuSeconds, residentMegabytes } from '../measure/process-cost.ts';
import { type Graph, HOUSING, MARKET } from './graphs.ts';
import { startBff } from './sides/bff/start.ts';
import { startCommonhold } from './sides/commonhold/start.ts';
import { startHive, startHiveRust } from './sides/hive/start.ts';
import { freePorts } from './sides/processes.ts';
import { startRelay } from './sides/relay/start.ts';
import type { Side, StartSide } from './sides/side.ts';
import { startStock, startStockWithShield } from './sides/stock/start.ts';
import { HOUSING_WORKS, MARKET_WORKS, type Work } from './works.ts';

export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** So many for each load of the sides that ratios are made of, in place of a time, and no warm-up. */
  readonly requests?: number;
}

export interface Figures extends Omit<LoadResult, 'answered' | 'failed'> {
  readonly work: string;
  readonly side: string;
  /** Of all processes of the side. */
  readonly cpuMillisecondsPerRequest: number;
  /** On the JavaScript heaps of their main threads. */
  readonly allocatedKilobytesPerRequest: number;
  readonly residentMegabytes: number;
}

const CONNECTIONS = 8;

/** What ratios are made of. */
const COMPARED: readonly StartSide[] = [startBff, startRelay, startStockWithShield, startHiveRust, startCommonhold];
/** The same gateways without policy, and without Rust. */
const PLAINER: readonly StartSide[] = [startStock, startHive];

/**
 * @returns every figure, the median of the rounds
 * @throws {Error} when two sides answer different data
 */
export async function benchmarkGateway(effort: Effort): Promise<readonly Figures[]> {
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  try {
    return [
      ...(await benchmarkGraph(HOUSING, HOUSING_WORKS, stubPort, effort)),
      ...(await benchmarkGraph(MARKET, MARKET_WORKS, stubPort, effort)),
    ].toSorted((one, other) => one.work.localeCompare(other.work));
  } finally {
    await stub.stop();
  }
}

async function benchmarkGraph(
  graph: Graph,
  works: readonly Work[],
  stubPort: number,
  effort: Effort,
): Promise<readonly Figures[]> {
  const starts = effort.requests === undefined ? [...COMPARED, ...PLAINER] : COMPARED;
  const starting = await Promise.allSettled(starts.map((start) => start(stubPort, graph)));
  const sides = starting.flatMap((side) => (side.status === 'fulfilled' ? [side.value] : []));
  try {
    for (const side of starting) if (side.status === 'rejected') throw side.reason;
    const figures: Figures[] = [];
    for (const work of works) {
      await assertSameData(sides, work);
      for (const side of sides) await warmUp(side, work, effort);
      figures.push(...(await measureRounds(sides, work, effort)));
    }
    return figures;
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}

/** A side may answer in another way once it knows what it is asked. */
const COMPARED_ANSWERS = 6;

async function assertSameData(sides: readonly Side[], work: Work): Promise<void> {
  for (let time = 0; time < COMPARED_ANSWERS; time += 1) {
    const answers = await Promise.all(sides.map((side) => dataOf(side, work)));
    const differing = sides.find((_, index) => answers[index] !== answers[0]);
    if (differing) throw new Error(`${differing.name} answers ${work.name} with other data than ${sides[0]?.name}`);
  }
}

async function dataOf(side: Side, work: Work): Promise<string> {
  const { url, ...request } = side.request(work);
  const { data, errors } = (await (await fetch(url, request)).json()) as { data?: unknown; errors?: unknown };
  // What an analyst may not see is null on all sides; some of them say why.
  if (!data || (errors && work.role !== 'ANALYST'))
    throw new Error(`${side.name} answers ${work.name} with errors: ${JSON.stringify(errors)}`);
  return JSON.stringify(data);
}

async function measureRounds(sides: readonly Side[], work: Work, effort: Effort): Promise<readonly Figures[]> {
  const rounds = new Map<Side, Figures[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const side of sides) rounds.get(side)?.push(await measure(side, work, endOf(effort, effort.seconds)));
  }
  return sides.map((side) => medianRow(rounds.get(side) ?? [], MEASURED));
}

async function warmUp(side: Side, work: Work, { warmUpSeconds, requests }: Effort): Promise<void> {
  if (requests === undefined) await load(side.request(work), CONNECTIONS, { seconds: warmUpSeconds });
}

function endOf({ requests }: Effort, seconds: number): End {
  return requests === undefined ? { seconds } : { requests };
}

async function measure(side: Side, work: Work, end: End): Promise<Figures> {
  const endCounting = await side.countAllocations();
  const before = await cpuSeconds(side.processIds);
  const { answered, failed: _, ...loaded } = await load(side.request(work), CONNECTIONS, end);
  const used = (await cpuSeconds(side.processIds)) - before;
  const allocatedBytes = await endCounting();
  return {
    work: work.name,
    side: side.name,
    ...loaded,
    cpuMillisecondsPerRequest: (used * 1000) / answered,
    allocatedKilobytesPerRequest: allocatedBytes / 1024 / answered,
    residentMegabytes: await residentMegabytes(side.processIds),
  };
}

const MEASURED = [
  'requestsPerSecond',
  'p50Milliseconds',
  'p99Milliseconds',
  'cpuMillisecondsPerRequest',
  'allocatedKilobytesPerRequest',
  'residentMegabytes',
] as const;
