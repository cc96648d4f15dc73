/**
 * What a request costs through the whole system with policy on every field, beside a hand-written aggregator of the same
 * answer and beside Apollo's stock gateway. In rounds that interleave the sides, so that whatever else the machine does
 * hits all of them; each side alone is asked at a time, by as many connections.
 */
import { startProcess } from '../../processes.ts';
import { type LoadResult, load } from '../measure/load.ts';
import { median } from '../measure/median.ts';
import { cpuSeconds, residentMegabytes } from '../measure/process-cost.ts';
import { startBff } from './sides/bff/start.ts';
import { startCommonhold } from './sides/commonhold/start.ts';
import { freePorts } from './sides/processes.ts';
import type { Side } from './sides/side.ts';
import { startStock, startStockWithShield } from './sides/stock/start.ts';
import { WORKS, type Work } from './works.ts';

export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

export interface Figures extends Omit<LoadResult, 'answered' | 'failed'> {
  readonly work: string;
  readonly side: string;
  /** Of all processes of the side. */
  readonly cpuMillisecondsPerRequest: number;
  readonly residentMegabytes: number;
}

const CONNECTIONS = 8;

/**
 * @returns every figure, the median of the rounds
 * @throws {Error} when two sides answer different data
 */
export async function benchmarkGateway(effort: Effort): Promise<readonly Figures[]> {
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  const sides: Side[] = [];
  try {
    for (const start of [startBff, startStock, startStockWithShield, startCommonhold])
      sides.push(await start(stubPort));
    const figures: Figures[] = [];
    for (const work of WORKS) {
      await assertSameData(sides, work);
      for (const side of sides) await load(side.request(work), CONNECTIONS, effort.warmUpSeconds);
      figures.push(...(await measureRounds(sides, work, effort)));
    }
    return figures;
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
    await stub.stop();
  }
}

async function assertSameData(sides: readonly Side[], work: Work): Promise<void> {
  const answers = await Promise.all(sides.map((side) => dataOf(side, work)));
  const differing = sides.find((_, index) => answers[index] !== answers[0]);
  if (differing) throw new Error(`${differing.name} answers ${work.name} with other data than ${sides[0]?.name}`);
}

async function dataOf(side: Side, work: Work): Promise<string> {
  const { url, ...request } = side.request(work);
  const { data, errors } = (await (await fetch(url, request)).json()) as { data?: unknown; errors?: unknown };
  if (!data || errors) throw new Error(`${side.name} answers ${work.name} with errors: ${JSON.stringify(errors)}`);
  return JSON.stringify(data);
}

async function measureRounds(sides: readonly Side[], work: Work, effort: Effort): Promise<readonly Figures[]> {
  const rounds = new Map<Side, Figures[]>(sides.map((side) => [side, []]));
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const side of sides) rounds.get(side)?.push(await measure(side, work, effort.seconds));
  }
  return sides.map((side) => medianOf(rounds.get(side) ?? []));
}

async function measure(side: Side, work: Work, seconds: number): Promise<Figures> {
  const before = await cpuSeconds(side.processIds);
  const { answered, failed: _, ...loaded } = await load(side.request(work), CONNECTIONS, seconds);
  const used = (await cpuSeconds(side.processIds)) - before;
  return {
    work: work.name,
    side: side.name,
    ...loaded,
    cpuMillisecondsPerRequest: (used * 1000) / answered,
    residentMegabytes: await residentMegabytes(side.processIds),
  };
}

function medianOf(rounds: readonly Figures[]): Figures {
  const [first] = rounds;
  if (!first) throw new RangeError('no rounds');
  const of = (pick: (figures: Figures) => number): number => median(rounds.map(pick));
  return {
    ...first,
    requestsPerSecond: of(({ requestsPerSecond }) => requestsPerSecond),
    p50Milliseconds: of(({ p50Milliseconds }) => p50Milliseconds),
    p99Milliseconds: of(({ p99Milliseconds }) => p99Milliseconds),
    cpuMillisecondsPerRequest: of(({ cpuMillisecondsPerRequest }) => cpuMillisecondsPerRequest),
    residentMegabytes: of((figures) => figures.residentMegabytes),
  };
}
