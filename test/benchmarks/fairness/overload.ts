/** What twice the load that it can take does to the product: throughput, refusals and memory, second by second. */
import { setTimeout } from 'node:timers/promises';
import { startProcess } from '../../processes.ts';
import { HOUSING } from '../gateway/graphs.ts';
import { startCommonhold } from '../gateway/sides/commonhold/start.ts';
import { freePorts } from '../gateway/sides/processes.ts';
import { HOUSING_WORKS } from '../gateway/works.ts';
import { load } from '../measure/load.ts';
import { residentMegabytes } from '../measure/process-cost.ts';
import { loadSteadily, percentile } from './load.ts';

export interface OverloadFigures {
  /** Answers a second to as many clients as wait for each. */
  readonly bestPerSecond: number;
  readonly offeredPerSecond: number;
  /** Answers with 200 to what was due in each second. */
  readonly answeredEachSecond: readonly number[];
  readonly p99MillisecondsAnswered: number;
  readonly refusedShare: number;
  readonly p50MillisecondsRefused: number;
  readonly p99MillisecondsRefused: number;
  /** Neither 200 nor 503. */
  readonly failed: number;
  /** Of all processes, each second. */
  readonly residentMegabytes: readonly number[];
}

const CONNECTIONS = 24;

export async function measureOverload(secondsForBest: number, seconds: number): Promise<OverloadFigures> {
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  const side = await startCommonhold(stubPort, HOUSING);
  try {
    const [work] = HOUSING_WORKS;
    if (!work) throw new RangeError('no work');
    const request = side.request(work);
    await load(request, CONNECTIONS, { seconds: secondsForBest });
    const { requestsPerSecond: bestPerSecond } = await load(request, CONNECTIONS, { seconds: secondsForBest });
    const memory: number[] = [];
    const stopping = new AbortController();
    const sampling = sampleMemory(side.processIds, memory, stopping.signal);
    const answers = await loadSteadily(request, 2 * bestPerSecond, seconds);
    stopping.abort();
    await sampling;
    const answered = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    return {
      bestPerSecond,
      offeredPerSecond: 2 * bestPerSecond,
      answeredEachSecond: Array.from(
        { length: Math.ceil(seconds) },
        (_, index) => answered.filter(({ second }) => second === index).length,
      ),
      p99MillisecondsAnswered: percentile(answered, 0.99),
      refusedShare: refused.length / answers.length,
      p50MillisecondsRefused: percentile(refused, 0.5),
      p99MillisecondsRefused: percentile(refused, 0.99),
      failed: answers.length - answered.length - refused.length,
      residentMegabytes: memory,
    };
  } finally {
    await side.stop();
    await stub.stop();
  }
}

async function sampleMemory(processIds: readonly number[], into: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    into.push(await residentMegabytes(processIds));
    await setTimeout(1000, undefined, { signal }).catch(() => undefined);
  }
}
