/** What is asked for most is planned ahead when a gateway starts again, and lies sealed meanwhile. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startProcess, type TestProcess } from '@commonhold/test/processes.ts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DISPATCHER } from '../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';

const CANARY = 'canaryOperation';
const QUERY = `query ${CANARY} { people { nodes { id name } } }`;

let gateway: GatewayUnderTest;
let again: TestProcess | undefined;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  gateway.directory.access = DISPATCHER;
  gateway.directory.answer = () => ({ data: { people: { nodes: [] } } });
});
afterAll(async () => {
  await again?.stop();
  await gateway?.stop();
});

async function plans(origin: string): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', gateway.url))).text();
  return Number(new RegExp(`^gateway_plans_total{origin="${origin}"} (\\d+)`, 'm').exec(metrics)?.[1] ?? 0);
}

async function answered(): Promise<void> {
  const deadline = Date.now() + 10_000;
  let status = 0;
  while (status !== 200 && Date.now() < deadline) {
    status = (await gateway.ask(QUERY)).status;
    if (status !== 200) await wait(50);
  }
  expect(status).toBe(200);
}

it('an operation that was asked for is planned before anybody asks again', async () => {
  await answered();
  expect(await plans('planned')).toBe(1);
  await gateway.process.stop();
  expect(await readFile(join(gateway.dataDirectory, 'plans', 'operations'), 'utf8')).not.toContain(CANARY);

  again = await startProcess('gateway/main.ts', gateway.environment);
  const deadline = Date.now() + 10_000;
  while ((await plans('planned')) === 0 && Date.now() < deadline) await wait(50);
  expect(await plans('planned')).toBe(1);
  expect(await plans('kept')).toBe(0);
  await answered();
  expect(await plans('planned')).toBe(1);
  expect(await plans('kept')).toBeGreaterThan(0);
});
