/**
 * Whether what a request costs grows with what it shouldn't grow with: CPU of all our processes a field as answers get
 * larger; a request as the schema gets more rules, and as more people and companies ask. In rounds that interleave sizes.
 */
import { startProcess } from '../../processes.ts';
import { loadAccess } from '../access/load.ts';
import type { Effort } from '../gateway/benchmark.ts';
import { type Graph, HOUSING } from '../gateway/graphs.ts';
import { type CommonholdSide, startCommonhold } from '../gateway/sides/commonhold/start.ts';
import { freePorts } from '../gateway/sides/processes.ts';
import { median } from '../measure/median.ts';
import { cpuSeconds } from '../measure/process-cost.ts';

export interface Sizes {
  readonly fields: readonly number[];
  readonly rules: readonly number[];
  readonly people: readonly number[];
  readonly companies: readonly number[];
}

export interface GrowthFigures {
  readonly of: keyof Sizes;
  readonly size: number;
  /** Of all our processes. */
  readonly cpuMillisecondsPerRequest: number;
}

/** One size of what grows: how it is asked. */
interface Case {
  readonly size: number;
  readonly side: CommonholdSide;
  readonly query: string;
  readonly tokens: readonly string[];
}

export const FIELDS_PER_RESIDENCE = 4;
const CONNECTIONS = 8;
const LIMITS = { LIMIT_LIST_ITEMS: '100000', LIMIT_VALUES: '1000000' };
const W1 = asking(10);

/** @returns every figure, the median of the rounds */
export async function benchmarkGrowth(sizes: Sizes, effort: Effort): Promise<readonly GrowthFigures[]> {
  const [stubPort = 0] = await freePorts(1);
  const stub = await startProcess('test/benchmarks/gateway/partner-stub.ts', { STUB_PORT: String(stubPort) });
  const sides: CommonholdSide[] = [];
  const start = async (rules: number): Promise<CommonholdSide> => {
    const side = await startCommonhold(stubPort, withRules(rules), LIMITS);
    sides.push(side);
    return side;
  };
  try {
    const side = await start(0);
    const own = [await side.sign('DISPATCHER')];
    return [
      ...(await measureCases(
        'fields',
        sizes.fields.map((size) => ({ size, side, query: asking(size / FIELDS_PER_RESIDENCE), tokens: own })),
        effort,
      )),
      ...(await measureCases(
        'people',
        await sequence(sizes.people, async (size) => ({ size, side, query: W1, tokens: await signed(side, size, 1) })),
        effort,
      )),
      ...(await measureCases(
        'companies',
        await sequence(sizes.companies, async (size) => ({
          size,
          side,
          query: W1,
          tokens: await signed(side, size, size),
        })),
        effort,
      )),
      ...(await measureCases(
        'rules',
        await sequence(sizes.rules, async (size) => {
          const ruled = await start(size);
          return { size, side: ruled, query: W1, tokens: [await ruled.sign('DISPATCHER')] };
        }),
        effort,
      )),
    ];
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
    await stub.stop();
  }
}

async function measureCases(
  of: keyof Sizes,
  cases: readonly Case[],
  effort: Effort,
): Promise<readonly GrowthFigures[]> {
  const rounds = new Map<Case, number[]>(cases.map((one) => [one, []]));
  for (const one of cases) await ask(one, effort.warmUpSeconds);
  for (let round = 0; round < effort.rounds; round += 1) {
    for (const one of cases) rounds.get(one)?.push(await ask(one, effort.seconds));
  }
  return cases.map((one) => ({ of, size: one.size, cpuMillisecondsPerRequest: median(rounds.get(one) ?? []) }));
}

/** @returns milliseconds of CPU a request */
async function ask({ side, query, tokens }: Case, seconds: number): Promise<number> {
  const before = await cpuSeconds(side.processIds);
  const { answered } = await loadAccess({
    url: side.url,
    query,
    tokens: [...tokens],
    connections: CONNECTIONS,
    seconds,
  });
  return (((await cpuSeconds(side.processIds)) - before) * 1000) / answered;
}

function asking(residences: number): string {
  return `{ residences(first: ${residences}) { id number floor areaSquareMeters } }`;
}

/** The directory alone, with so many fields that nobody asks for, each with a policy. */
function withRules(count: number): Graph {
  const fields = Array.from(
    { length: count },
    (_, index) =>
      `"Asked for by nobody." rule${index}: Int @requiresScopes(scopes: [["residence:read", "person:read"]])`,
  );
  const furtherSdl = count > 0 ? `\nextend type Residence { ${fields.join(' ')} }` : '';
  return { ...HOUSING, subgraphs: HOUSING.subgraphs.slice(0, 1).map((subgraph) => ({ ...subgraph, furtherSdl })) };
}

/** Tokens of so many people, in turn of so many companies. */
function signed(side: CommonholdSide, people: number, companies: number): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: people }, (_, index) =>
      side.sign(`DISPATCHER~${index}`, companies > 1 ? `company${index % companies}` : undefined),
    ),
  );
}

async function sequence<Made>(
  sizes: readonly number[],
  make: (size: number) => Promise<Made>,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const size of sizes) made.push(await make(size));
  return made;
}
