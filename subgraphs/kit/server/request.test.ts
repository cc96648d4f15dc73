import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import type { HttpAnswer } from '../testing/gateway.ts';
import { createTestIdentities, type TestIdentities } from '../testing/identities.ts';
import { startTinySubgraph, type TinySubgraph } from '../testing/tiny-subgraph.ts';

const CLAIMS = { tenant: 'northgate', policies: ['public'], grants: [] };
const slow = {
  Query: {
    ping: () => 'pong',
    wait: async () => {
      await sleep(300);
      return 'waited';
    },
  },
};

let identities: TestIdentities;
let gateway: ServiceIdentity;
let tiny: TinySubgraph;

beforeAll(async () => {
  identities = await createTestIdentities();
  gateway = await identities.of('gateway');
  tiny = await startTinySubgraph(identities, { resolvers: slow });
});
afterAll(async () => {
  await tiny.stop();
  await identities.remove();
});

const post = async (body: string, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
  tiny.gateway.send('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await mintServiceToken(gateway, 'smart-home', CLAIMS)}`,
      ...headers,
    },
    body,
  });
const ping = JSON.stringify({ query: '{ ping }' });

describe('a request', () => {
  it('keeps an id that can do no harm, and gets a new one instead of any other', async () => {
    await post(ping, { 'x-request-id': 'abc-123' });
    await post(ping, { 'x-request-id': 'a b"c' });
    await post(ping, { 'x-request-id': 'a'.repeat(65) });
    const [kept, ...made] = tiny.requests.slice(-3).map(({ requestId }) => requestId);
    expect(kept).toBe('abc-123');
    for (const id of made) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['500', 500],
    ['0', 1],
    ['999999', 30_000],
    ['soon', 10_000],
    ['-5', 10_000],
  ])('with the deadline %s has %d ms', async (header, milliseconds) => {
    const before = Date.now();
    await post(ping, { 'x-deadline-ms': header });
    const left = (tiny.requests.at(-1)?.deadline ?? 0) - before;
    expect(left).toBeGreaterThanOrEqual(milliseconds);
    expect(left).toBeLessThan(milliseconds + 1_000);
  });

  it('is aborted when its deadline is over', async () => {
    await post(JSON.stringify({ query: '{ wait }' }), { 'x-deadline-ms': '50' });
    expect(tiny.requests.at(-1)?.signal.aborted).toBe(true);
  });

  it('is aborted when the caller has gone, and not when it was answered', async () => {
    await post(ping);
    expect(tiny.requests.at(-1)?.signal.aborted).toBe(false);
    const dispatcher = new Agent({ connect: tlsMaterial(gateway) });
    const leaving = new AbortController();
    const gone = request(`https://localhost:${tiny.port}/graphql`, {
      dispatcher,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await mintServiceToken(gateway, 'smart-home', CLAIMS)}`,
      },
      body: JSON.stringify({ query: '{ wait }' }),
      signal: leaving.signal,
    });
    setTimeout(() => leaving.abort(), 150);
    await expect(gone).rejects.toThrow();
    await sleep(50);
    expect(tiny.requests.at(-1)?.signal.aborted).toBe(true);
    await dispatcher.close();
  });

  const oddities: readonly (readonly [string, number, string, Record<string, string>])[] = [
    ['that is too large', 413, JSON.stringify({ query: '{ ping }', padding: 'x'.repeat(4_300_000) }), {}],
    ['that is no JSON', 400, '{"query":', {}],
    ['that is empty', 400, '', {}],
    ['that is a batch', 400, `[${ping},${ping}]`, {}],
    ['with __proto__', 400, '{"query":"{ ping }","__proto__":{"x":1}}', {}],
    ['in another media type', 415, ping, { 'content-type': 'text/plain' }],
    ['in a form', 415, 'query={ping}', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['that is compressed', 400, '\u001f\u008b\b', { 'content-encoding': 'gzip' }],
    ['with an unknown field', 400, JSON.stringify({ query: '{ pong }' }), {}],
    ['with too many tokens', 400, JSON.stringify({ query: `{ ${'ping '.repeat(60_000)} }` }), {}],
  ];
  it.each(oddities)('%s is refused with %d', async (_, expected, body, headers) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(expected);
    expect(answer.body).not.toMatch(/Did you mean|node_modules|\bat .*:\d+/);
  });

  it.each(['GET', 'PUT', 'OPTIONS'])('by %s finds nothing', async (method) => {
    const { status } = await tiny.gateway.send('/graphql?query={ping}', { method });
    expect(status).toBe(404);
  });
});

describe('the machinery around', () => {
  it('sees that it lives, is ready, and what it counted', async () => {
    await post(JSON.stringify({ query: '{ statistics }' }));
    const [live, ready, metrics] = await Promise.all(
      ['/health/live', '/health/ready', '/metrics'].map((path) => tiny.gateway.send(path, { method: 'GET' })),
    );
    expect([live?.status, ready?.status, metrics?.status]).toEqual([200, 200, 200]);
    expect(metrics?.body).toMatch(/subgraph_graphql_errors_total\{code="FORBIDDEN"\} \d/);
    expect(metrics?.body).toMatch(/subgraph_request_duration_seconds_count\{route="\/graphql",status="200"\} \d/);
  });
});

describe('a subgraph that is stopped', () => {
  it('finishes what is under way, and takes nothing new', async () => {
    const other = await startTinySubgraph(identities, { resolvers: slow });
    const underway = other.gateway.ask(CLAIMS, '{ wait }');
    await sleep(150);
    const stopped = other.stop();
    expect((await underway).data).toEqual({ wait: 'waited' });
    await stopped;
    const late = new Agent({ connect: tlsMaterial(gateway) });
    await expect(request(`https://localhost:${other.port}/health/live`, { dispatcher: late })).rejects.toThrow();
    await late.close();
  });
});
