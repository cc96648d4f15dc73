import { setTimeout as wait } from 'node:timers/promises';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimsOf } from '../testing/claims.ts';
import { createTestIdentities, type TestIdentities } from '../testing/identities.ts';
import { type QuietChanges, serveQuietChanges } from '../testing/quiet-changes.ts';
import { startTinySubgraph, type TinySubgraph } from '../testing/tiny-subgraph.ts';
import { createHttpsServer } from './https-server.ts';

const STALE_SECONDS = 1;

let identities: TestIdentities;
let changes: QuietChanges;
let tiny: TinySubgraph;
let stopDirectory: () => Promise<void>;

beforeAll(async () => {
  identities = await createTestIdentities();
  const identity = await identities.of('directory');
  const server = createHttpsServer(identity);
  changes = serveQuietChanges(server, identity, ['smart-home']);
  const { port } = new URL(await server.listen({ port: 0, host: 'localhost' }));
  stopDirectory = () => server.close();
  const directoryUrl = new URL(`https://localhost:${port}`);
  tiny = await startTinySubgraph(identities, { options: { directoryUrl, staleSeconds: STALE_SECONDS } });
});
afterAll(async () => {
  await tiny?.stop();
  await stopDirectory?.();
  await identities?.remove();
});

async function statusOf(company: string, accessVersion: number | undefined): Promise<readonly [number, unknown]> {
  return statusWith(await tokenFor(company, accessVersion));
}

async function tokenFor(company: string, accessVersion: number | undefined): Promise<string> {
  const { sub: _, ...claims } = claimsOf('DISPATCHER', company);
  return mintServiceToken(await identities.of('gateway'), 'smart-home', { ...claims, accessVersion });
}

async function statusWith(token: string): Promise<readonly [number, unknown]> {
  const { status, body } = await tiny.gateway.send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ ping }' }),
  });
  return [status, JSON.parse(body)];
}

async function until(status: number, ask: () => Promise<readonly [number, unknown]>): Promise<void> {
  const end = Date.now() + 10_000;
  let last = await ask();
  while (last[0] !== status && Date.now() < end) {
    await wait(20);
    last = await ask();
  }
  expect(last[0]).toBe(status);
}

const readiness = async () => (await tiny.gateway.send('/health/ready', { method: 'GET' })).status;

describe("THREATS 10: a gateway's token that was made before a change of access", () => {
  it('is refused, for that company alone, and one that was made after it is not', async () => {
    expect(await statusOf('northgate', 0)).toEqual([200, { data: { ping: 'pong' } }]);
    changes.publisher.publish('northgate', 1, { kind: 'everything' });
    await until(412, () => statusOf('northgate', 0));
    expect(await statusOf('northgate', 0)).toEqual([412, { error: 'Precondition Failed', accessVersion: 1 }]);
    expect((await statusOf('northgate', 1))[0]).toBe(200);
    expect((await statusOf('northgate', 2))[0]).toBe(200);
    expect((await statusOf('riverside', 0))[0]).toBe(200);
  });

  it('is refused though it was good a moment ago', async () => {
    const token = await tokenFor('riverside', 4);
    expect((await statusWith(token))[0]).toBe(200);
    changes.publisher.publish('riverside', 5, { kind: 'everything' });
    await until(412, () => statusWith(token));
  });

  it('is refused when it does not say when it was made', async () => {
    expect((await statusOf('northgate', undefined))[0]).toBe(412);
    expect((await statusOf('riverside', undefined))[0]).toBe(412);
  });
});

describe('a subgraph that hears nothing of changes', () => {
  it('answers nobody after the bound, says so in readiness, and answers again when it hears', async () => {
    expect(await readiness()).toBe(200);
    changes.isSilent = true;
    await until(503, () => statusOf('northgate', 9));
    expect(await readiness()).toBe(503);
    expect(await tiny.metrics.getSingleMetricAsString('subgraph_access_age_seconds')).toMatch(/ [1-9][\d.]*$/);
    changes.isSilent = false;
    await until(200, () => statusOf('northgate', 9));
    expect(await readiness()).toBe(200);
  });
});
