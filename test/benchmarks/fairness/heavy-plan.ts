/** What operations whose plans take seconds do to 500 others a second. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heavyGraph } from '@commonhold/gateway/testing/heavy-graph.ts';
import { startProcess } from '../../processes.ts';
import { graphqlRequest } from '../gateway/sides/graphql-request.ts';
import { freePorts, processIds, stopAll } from '../gateway/sides/processes.ts';
import { loadSteadily, percentile } from './load.ts';

export interface HeavyPlanFigures {
  readonly p99MillisecondsAlone: number;
  readonly p99MillisecondsBeside: number;
  /** Of the others. */
  readonly notAnswered: number;
  /** How long each heavy one took. */
  readonly heavyMilliseconds: readonly number[];
}

const REQUESTS_PER_SECOND = 500;
const FIELDS = 150;

export async function measureHeavyPlan(seconds: number): Promise<HeavyPlanFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'benchmark-fairness-'));
  const { sdl, operation } = heavyGraph(FIELDS);
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, sdl);
  const [port = 0] = await freePorts(1);
  const gateway = await startProcess(
    'gateway/main.ts',
    { DATA_DIR: join(folder, 'data'), MASTER_KEY_FILE: join(folder, 'none'), LOG_LEVEL: 'error' },
    ['--supergraph', file, '--port', String(port), '--authentication', 'optional'],
  );
  processIds([gateway]);
  const url = `http://localhost:${port}/graphql`;
  const others = graphqlRequest(url, '{ __typename }');
  try {
    await loadSteadily(others, REQUESTS_PER_SECOND, seconds);
    const alone = await loadSteadily(others, REQUESTS_PER_SECOND, seconds);
    const heavyMilliseconds: number[] = [];
    const beside = loadSteadily(others, REQUESTS_PER_SECOND, seconds);
    let isOver = false;
    void beside.finally(() => {
      isOver = true;
    });
    // Each under another name in the answer, so that none is planned already.
    for (let count = 0; !isOver; count += 1) {
      const startedAt = performance.now();
      const { method, headers, body } = graphqlRequest(url, operation.replace('start', `start${count}: start`));
      const answer = await fetch(url, { method, headers, body: body ?? '' });
      const text = await answer.text();
      // A plan may also be given up, on a busy machine.
      if (answer.status !== 200 && !text.includes('planning'))
        throw new Error(`the heavy operation was refused: ${text}`);
      heavyMilliseconds.push(performance.now() - startedAt);
    }
    const answers = await beside;
    return {
      p99MillisecondsAlone: percentile(alone, 0.99),
      p99MillisecondsBeside: percentile(answers, 0.99),
      notAnswered: [...alone, ...answers].filter(({ status }) => status !== 200).length,
      heavyMilliseconds,
    };
  } finally {
    await stopAll([gateway]);
    await rm(folder, { recursive: true, force: true });
  }
}
