/**
 * Gateways whose event loop is behind all the time once a signal tells it to be, in processes of their own, while a subgraph keeps requests under way:
 * however fast the machine is, they have as many as they may.
 */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestProcess } from '@commonhold/test/processes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type GatewayAnswer, type GatewayUnderTest, post, startGatewayUnderTest } from '../testing/gateway.ts';
import { ACCEPT_PARTS } from '../testing/parts.ts';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

/** Of a gateway that is behind. */
const LET_IN = 32;
const TURN_MILLISECONDS = 50;
const BEHIND = `import { isMainThread } from 'node:worker_threads';
const turn = () => {
  for (const end = performance.now() + ${TURN_MILLISECONDS}; performance.now() < end; );
  setImmediate(turn);
};
if (isMainThread) process.once('SIGUSR2', turn);`;
const ENVIRONMENT = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(BEHIND)}` };

async function fallBehind({ child }: TestProcess): Promise<void> {
  child.kill('SIGUSR2');
  await wait(10 * TURN_MILLISECONDS);
}

let running: ShopGateway;
let held: ServerResponse[];
let underWay: Promise<GatewayAnswer>[];

const ask = (headers: Readonly<Record<string, string>> = {}) => post(running.url, { query: '{ stockCount }' }, headers);
const codesOf = ({ body }: GatewayAnswer) => body.errors?.map(({ extensions }) => extensions['code']);

/** Requests that the subgraph keeps; on a busy machine some are refused at first, and sent again. */
async function fill(count = LET_IN, send = ask): Promise<void> {
  held = [];
  const kept = new Set<Promise<GatewayAnswer>>();
  running.shop.misbehaviour.stock = (response) => held.push(response);
  while (held.length < count) {
    for (let missing = count - kept.size; missing > 0; missing -= 1) {
      const asked = send();
      kept.add(asked);
      asked.then(({ status }) => {
        if (status === 503) kept.delete(asked);
      });
    }
    await wait(20);
  }
  underWay = [...kept];
}

async function answerAll(): Promise<void> {
  delete running.shop.misbehaviour.stock;
  for (const response of held) response.setHeader('content-type', 'application/json').end('{"data":{"stockCount":4}}');
  for (const { body } of await Promise.all(underWay)) expect(body).toEqual({ data: { stockCount: 4 } });
}

beforeAll(async () => {
  running = await startShopGateway(ENVIRONMENT);
});
afterAll(() => running?.stop());

describe('a request to a gateway that keeps up', () => {
  it('is let in, however many are under way', async () => {
    for (let warmedUp = 0; warmedUp < 100; warmedUp += 1) await ask();
    await fill(2 * LET_IN);
    while ((await post(running.url, { query: '{ __typename }' })).status !== 200) await wait(50);
    await answerAll();
  });
});

describe('a request to a gateway that has as many under way as it keeps up with', () => {
  beforeAll(async () => {
    await fallBehind(running.process);
    await fill();
  });
  afterAll(answerAll);

  it('is refused, told when to come again, and asks no subgraph', async () => {
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(codesOf(refused)).toEqual(['OVERLOADED']);
    expect(held).toHaveLength(LET_IN);
  });

  it('is refused however its address is written, and by GET', async () => {
    for (const url of [`${running.url}?query={stockCount}`, running.url.replace('graphql', '%67raphql')]) {
      expect((await post(url, { query: '{ stockCount }' })).status).toBe(503);
    }
    expect((await fetch(`${running.url}?query={stockCount}`)).status).toBe(503);
  });

  it('is refused with the headers that every answer has', async () => {
    for (const origin of [new URL(running.url).origin, 'https://elsewhere.example']) {
      const other = await fetch(running.url.replace('/graphql', '/health/live'), { headers: { origin } });
      const refused = await ask({ origin });
      const names = [...other.headers.keys()].filter(
        (name) => !['content-length', 'date', 'x-request-id'].includes(name),
      );
      for (const name of names) expect([name, refused.headers.get(name)]).toEqual([name, other.headers.get(name)]);
    }
  });

  it('is refused without a look at its body, and leaves the connection as it was', async () => {
    const connection = new Agent({ connections: 1, pipelining: 1 });
    let connections = 0;
    connection.on('connect', () => (connections += 1));
    for (const size of [10, 900_000, 3_000_000, 10]) {
      const options = { method: 'POST', body: 'x'.repeat(size), dispatcher: connection } as const;
      const { statusCode, body } = await request(running.url, options);
      expect([statusCode, await body.json()]).toEqual([503, { errors: [expect.anything()] }]);
    }
    expect(connections).toBe(1);
    await connection.close();
  });

  it('is counted', async () => {
    const metrics = await (await fetch(running.url.replace('/graphql', '/metrics'))).text();
    expect(metrics).toMatch(/^gateway_errors_total\{code="OVERLOADED"\} [1-9]/m);
    expect(metrics).toMatch(/^gateway_request_duration_seconds_count\{status="503"\} [1-9]/m);
  });

  it('is answered when it is about health', async () => {
    for (const path of ['/health/live', '/health/ready'])
      expect((await fetch(running.url.replace('/graphql', path))).status).toBe(200);
  });
});

describe('a request after these have been answered', () => {
  it('is let in, as many as before', async () => {
    expect((await ask()).body).toEqual({ data: { stockCount: 4 } });
    await fill();
    expect((await ask()).status).toBe(503);
    await answerAll();
  });
});

describe('a request of which a part is still to come', () => {
  const inParts = () =>
    post(running.url, { query: '{ __typename ... @defer { stockCount } }' }, { accept: ACCEPT_PARTS });

  it('is under way until that is told', async () => {
    await fill(LET_IN, inParts);
    expect((await ask()).status).toBe(503);
    delete running.shop.misbehaviour.stock;
    for (const response of held) response.writeHead(500).end();
    for (const { text } of await Promise.all(underWay)) expect(text).toMatch(/"hasNext":true.*"hasNext":false/s);
    expect((await ask()).body).toEqual({ data: { stockCount: 4 } });
  });
});

describe('what may be under way', () => {
  let gateway: GatewayUnderTest;
  let release: () => void;
  let kept: number;
  const tokens = { northgate: '', riverside: '' };
  let refused = 0;
  const askAs = async (token: string) => {
    const answer = await gateway.ask('{ people { nodes { id } } }', { token });
    if (answer.status === 503) refused += 1;
    return answer;
  };
  const arrive = async (expected: number): Promise<void> => {
    while (kept < expected) await wait(10);
    expect(kept).toBe(expected);
  };

  beforeAll(async () => {
    gateway = await startGatewayUnderTest(ENVIRONMENT);
    for (const tenant of ['northgate', 'riverside'] as const) {
      tokens[tenant] = await gateway.issuer.sign({ tenant });
      expect((await askAs(tokens[tenant])).status).toBe(200);
    }
    await fallBehind(gateway.process);
    kept = 0;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    gateway.directory.answer = async () => {
      kept += 1;
      await released;
      return { data: { people: { nodes: [] } } };
    };
  });
  afterAll(() => gateway?.stop());

  it('is shared by companies whose tokens are known, and by all others together as if they were one', async () => {
    const flood = Array.from({ length: LET_IN + 10 }, () => askAs(tokens.northgate));
    await arrive(LET_IN);

    const second = Array.from({ length: LET_IN }, () => askAs(tokens.riverside));
    await arrive(LET_IN + LET_IN / 2);

    const unknown = await Promise.all(
      Array.from({ length: LET_IN }, () => gateway.issuer.sign({ tenant: 'riverside' })),
    );
    const strangers = unknown.map(askAs);
    const third = Math.ceil(LET_IN / 3);
    await arrive(LET_IN + LET_IN / 2 + third);

    const refusals = 10 + LET_IN / 2 + LET_IN - third;
    while (refused < refusals) await wait(10);
    release();
    const counts = await Promise.all([flood, second, strangers].map(countByStatus));
    expect(counts).toEqual([
      { 200: LET_IN, 503: 10 },
      { 200: LET_IN / 2, 503: LET_IN / 2 },
      { 200: third, 503: LET_IN - third },
    ]);
  });
});

async function countByStatus(answers: readonly Promise<GatewayAnswer>[]): Promise<Readonly<Record<number, number>>> {
  const byStatus = Map.groupBy(await Promise.all(answers), ({ status }) => status);
  return Object.fromEntries([...byStatus].map(([status, those]) => [status, those.length]));
}
