/**
 * `npm run bench -- <name> [--short]`: prints ratios to named baselines, and writes every figure as JSON.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchmarkGateway, type Effort } from './gateway/benchmark.ts';
import { report } from './gateway/report.ts';

const THOROUGH: Effort = { rounds: 5, seconds: 6, warmUpSeconds: 5 };
/** Shows that the benchmark works; its figures mean nothing. */
const SHORT: Effort = { rounds: 1, seconds: 1, warmUpSeconds: 1 };

const BENCHMARKS: Readonly<Record<string, (effort: Effort) => Promise<Outcome>>> = {
  gateway: async (effort) => {
    const figures = await benchmarkGateway(effort);
    return { figures, text: report(figures) };
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
  const { figures, text } = await benchmark(values.short ? SHORT : THOROUGH);
  const file = new URL(`results/${name}.json`, import.meta.url);
  await mkdir(new URL('.', file), { recursive: true });
  await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`figures: ${fileURLToPath(file)}\n${text}\n`);
} else {
  process.stderr.write(`bench: There is no benchmark of this name: give ${Object.keys(BENCHMARKS).join(' or ')}.\n`);
  process.exitCode = 1;
}
