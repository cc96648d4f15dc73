/** The command for somebody else's supergraph, as it is written in the README. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { type Shop, startShop } from '@commonhold/gateway/testing/shop.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { post } from '../system/client.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MILLISECONDS = 30_000;

let folder: string;
let shop: Shop;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npm-gateway-'));
  shop = await startShop();
  await shop.writeSupergraph(join(folder, 'shop.graphql'));
});
afterAll(async () => {
  await shop.stop();
  await rm(folder, { recursive: true });
});

function npmRunGateway(port: number, file: string): ChildProcess {
  const flags = ['--supergraph', file, '--port', String(port), '--authentication', 'optional'];
  return spawn('npm', ['run', 'gateway', '--', ...flags], { cwd: ROOT, stdio: 'ignore', detached: true });
}

async function untilAnswered(url: string): Promise<unknown> {
  const end = Date.now() + START_MILLISECONDS;
  while (Date.now() < end) {
    const answer = await post(url, { query: '{ products { name shipping inStock reviews { text } } }' }).catch(
      () => null,
    );
    if (answer) return answer.body;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return 'no answer';
}

it('npm run gateway serves a supergraph of somebody else with three plain subgraphs, and ends when it is told to', async () => {
  const port = await freePort();
  const gateway = npmRunGateway(port, join(folder, 'shop.graphql'));
  const ended = once(gateway, 'exit');
  const url = `http://localhost:${port}/graphql`;
  const reviews = [{ text: 'good' }];
  expect(await untilAnswered(url)).toEqual({
    data: {
      products: [
        { name: 'lamp', shipping: 30, inStock: 4, reviews },
        { name: 'rug', shipping: 50, inStock: 4, reviews },
      ],
    },
  });
  process.kill(-(gateway.pid ?? 0), 'SIGINT');
  await ended;
  await expect(fetch(url)).rejects.toThrow('fetch failed');
}, 60_000);

it('npm run gateway ends with exit code 1 when the file is not there', async () => {
  const gateway = npmRunGateway(await freePort(), join(folder, 'missing.graphql'));
  expect(await once(gateway, 'exit')).toEqual([1, null]);
}, 60_000);
