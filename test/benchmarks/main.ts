/**
 * `npm run bench -- <name> [--short]`: prints ratios to named baselines, and writes every figure as JSON.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchmarkAccess } from './access/benchmark.ts';
import { reportAccess } from './access/report.ts';
import { benchmarkCost } from './cost/benchmark.ts';
import { reportCost } from './cost/report.ts';
import { measureHeavyPlan } from './fairness/heavy-plan.ts';
import { measureOverload } from './fairness/overload.ts';
import { reportFairness } from './fairness/report.ts';
import { benchmarkGateway, type Effort } from './gateway/benchmark.ts';
import { report } from './gateway/report.ts';
import { benchmarkGrowth, type Sizes } from './growth/benchmark.ts';
import { reportGrowth } from './growth/report.ts';
import { flameGraph } from './profile/flame-graph.ts';
import { recordGateway } from './profile/record.ts';
import { benchmarkRevocation } from './revocation/benchmark.ts';
import { reportRevocation } from './revocation/report.ts';
import { benchmarkSubscriptions } from './subscriptions/benchmark.ts';
import { reportSubscriptions } from './subscriptions/report.ts';
import { benchmarkWorkers } from './workers/benchmark.ts';
import { reportWorkers } from './workers/report.ts';

const THOROUGH: Effort = { rounds: 5, seconds: 6, warmUpSeconds: 5 };
/** Shows that the benchmark works; its figures mean nothing. */
const SHORT: Effort = { rounds: 1, seconds: 1, warmUpSeconds: 1, requests: 16 };

const SIZES: Sizes = {
  fields: [100, 1_000, 10_000, 100_000],
  rules: [1, 10, 100, 1_000],
  people: [10, 1_000, 100_000],
  companies: [10, 1_000],
};
const FEW_SIZES: Sizes = { fields: [100, 1_000], rules: [1, 10], people: [10, 100], companies: [10, 100] };

const BENCHMARKS: Readonly<Record<string, (effort: Effort, isShort: boolean) => Promise<Outcome>>> = {
  gateway: async (effort) => {
    const figures = await benchmarkGateway(effort);
    return { figures, text: report(figures) };
  },
  access: async (effort) => {
    const figures = await benchmarkAccess(effort);
    return { figures, text: reportAccess(figures) };
  },
  cost: async (effort) => {
    const figures = await benchmarkCost(effort);
    return { figures, text: reportCost(figures) };
  },
  growth: async (effort, isShort) => {
    const figures = await benchmarkGrowth(isShort ? FEW_SIZES : SIZES, effort);
    return { figures, text: reportGrowth(figures) };
  },
  fairness: async (_, isShort) => {
    const heavyPlan = await measureHeavyPlan(isShort ? 4 : 30);
    const figures = { heavyPlan, overload: await (isShort ? measureOverload(1, 3) : measureOverload(15, 300)) };
    return { figures, text: reportFairness(figures) };
  },
  profile: async (_, isShort) => {
    const frames = await recordGateway('W2', isShort ? 2 : 10);
    const picture = new URL('../../gateway/flame-graph.svg', import.meta.url);
    await writeFile(picture, flameGraph(frames, "The gateway's CPU time with W2, by function; who called is below"));
    return { figures: frames, text: `picture: ${fileURLToPath(picture)}` };
  },
  revocation: async (_, isShort) => {
    const figures = await benchmarkRevocation(isShort ? { samples: 2, cuts: 1 } : { samples: 60, cuts: 5 });
    return { figures, text: reportRevocation(figures) };
  },
  subscriptions: async (_, isShort) => {
    const figures = await benchmarkSubscriptions(
      isShort
        ? { subscriptions: 100, eventsPerSecond: 50, seconds: 2 }
        : { subscriptions: 5_000, eventsPerSecond: 500, seconds: 30 },
    );
    return { figures, text: reportSubscriptions(figures) };
  },
  workers: async (effort) => {
    const figures = await benchmarkWorkers(effort);
    return { figures, text: reportWorkers(figures) };
  },
};

interface Outcome {
  readonly figures: unknown;
  readonly text: string;
}

const { values, positionals } = parseArgs({ options: { short: { type: 'boolean' } }, allowPositionals: true });
const [name = ''] = positionals;
const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (benchmark) {
  const { figures, text } = await benchmark(values.short ? SHORT : THOROUGH, values.short ?? false);
  const file = new URL(`results/${name}.json`, import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`figures: ${fileURLToPath(file)}\n${text}\n`);
} else {
  process.stderr.write(`bench: There is no benchmark of this name: give ${Object.keys(BENCHMARKS).join(' or ')}.\n`);
  process.exitCode = 1;
}
