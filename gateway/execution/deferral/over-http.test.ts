/** `@defer` at the gateway's door: what is told when, to whom, and what ends it. */
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ACCEPT_PARTS, type Payload, readParts } from '../../testing/parts.ts';
import { type ShopGateway, startShopGateway } from '../../testing/shop-gateway.ts';

const TIMEOUT_MILLISECONDS = 1_500;
const PRODUCTS = [{ name: 'lamp' }, { name: 'rug' }];
const QUERY = '{ products { name ... @defer(label: "stock") { inStock } } }';

const MUTATION = 'mutation { review(text: "good") { product { id ... @defer { inStock } } } }';

let gateway: ShopGateway;
beforeAll(async () => {
  gateway = await startShopGateway({ REQUEST_TIMEOUT_MS: String(TIMEOUT_MILLISECONDS) });
});
afterAll(() => gateway?.stop());
afterEach(() => {
  delete gateway.shop.misbehaviour.products;
  delete gateway.shop.misbehaviour.stock;
});

/** On a busy machine, a gateway that has just written megabytes refuses for a moment. */
async function send(query: string, accept = ACCEPT_PARTS, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
    ...(signal && { signal }),
  });
  if (response.status !== 503) return response;
  await wait(100);
  return send(query, accept, signal);
}

async function partsOf(query: string): Promise<readonly Payload[]> {
  return Array.fromAsync(readParts(await send(query)));
}

/** What a process writes comes by another way than what it answers. */
async function logged(pattern: RegExp): Promise<readonly string[]> {
  const end = Date.now() + 5_000;
  const lines = () =>
    gateway.process
      .output()
      .split('\n')
      .filter((line) => pattern.test(line));
  while (lines().length === 0 && Date.now() < end) await wait(20);
  return lines();
}

describe('an answer in parts', () => {
  it('has its first part at once, and the others when they are there', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    gateway.shop.misbehaviour.stock = async (response) => {
      await released;
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ data: { _entities: [{ inStock: 4 }, { inStock: 5 }] } }));
    };
    const parts = readParts(await send(QUERY));
    expect((await parts.next()).value).toEqual({
      data: { products: PRODUCTS },
      errors: [],
      hasNext: true,
      incremental: [],
    });
    release();
    expect((await parts.next()).value).toEqual({
      errors: [],
      hasNext: false,
      incremental: [
        { path: ['products', 0], label: 'stock', data: { inStock: 4 }, errors: [] },
        { path: ['products', 1], label: 'stock', data: { inStock: 5 }, errors: [] },
      ],
    });
    expect((await parts.next()).done).toBe(true);
  });

  it.each(['application/json', '*/*', 'multipart/mixed, application/json', 'multipart/mixed;deferSpec=other, */*'])(
    'comes as a whole to who accepts %s',
    async (accept) => {
      const response = await send(QUERY, accept);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toEqual({
        data: { products: PRODUCTS.map((product) => ({ ...product, inStock: 4 })) },
      });
    },
  );

  it('comes as a whole when nothing is left for later', async () => {
    const response = await send('{ products { name ... @defer(if: false) { inStock } } }');
    expect(await response.json()).toEqual({
      data: { products: PRODUCTS.map((product) => ({ ...product, inStock: 4 })) },
    });
  });

  it('tells with a part what was left out of it', async () => {
    const denied = {
      message: 'Unauthorized field or type',
      path: ['cost'],
      extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
    };
    expect(await partsOf('{ stockCount ... @defer { cost } }')).toEqual([
      { data: { stockCount: 4 }, errors: [], hasNext: true, incremental: [] },
      { errors: [], hasNext: false, incremental: [{ path: [], data: { cost: null }, errors: [denied] }] },
    ]);
  });

  it('is of a mutation: what it gives back, not what it does', async () => {
    const [first, second] = await partsOf(MUTATION);
    expect(first).toMatchObject({ data: { review: { product: { id: '1' } } }, hasNext: true });
    expect(second?.incremental).toEqual([{ path: ['review', 'product'], data: { inStock: 4 }, errors: [] }]);
  });

  it('ends in time, with an error for what has not come', async () => {
    gateway.shop.misbehaviour.stock = () => undefined;
    const start = Date.now();
    const [, last] = await partsOf(QUERY);
    expect(Date.now() - start).toBeLessThan(TIMEOUT_MILLISECONDS + 1_000);
    expect(last).toMatchObject({
      hasNext: false,
      incremental: [0, 1].map((index) => ({
        data: null,
        errors: [{ path: ['products', index], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }],
      })),
    });
  });

  it('is logged once, at its end, with what was told in its parts', async () => {
    gateway.shop.misbehaviour.stock = async (response) => {
      await wait(300);
      response.writeHead(500).end();
    };
    const response = await send(`query Logged ${QUERY}`);
    await Array.fromAsync(readParts(response));
    const lines = await logged(/"operation":"Logged".*"msg":"request"/);
    expect(lines).toHaveLength(1);
    const { milliseconds, codes, status } = JSON.parse(lines[0] ?? '{}');
    expect({ status, codes }).toEqual({ status: 200, codes: ['SUBGRAPH_UNAVAILABLE'] });
    expect(milliseconds).toBeGreaterThanOrEqual(300);
  });
});

describe('a client that does not read', () => {
  it('is cut off, and its request ends', async () => {
    gateway.shop.misbehaviour.products = (response) => {
      const product = { __typename: 'Product', id: '1', name: 'x'.repeat(2_000_000) };
      const products = Array.from({ length: 7 }, () => product);
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { products } }));
    };
    const socket = connect(Number(new URL(gateway.url).port), 'localhost').on('error', () => undefined);
    socket.pause();
    const body = JSON.stringify({ query: `query Unread ${QUERY}` });
    socket.write(
      [
        'POST /graphql HTTP/1.1',
        'host: localhost',
        'content-type: application/json',
        `accept: ${ACCEPT_PARTS}`,
        `content-length: ${body.length}`,
        `\r\n${body}`,
      ].join('\r\n'),
    );
    expect(await logged(/"operation":"Unread".*"msg":"request"/)).toHaveLength(1);
    socket.destroy();
  });
});

describe('a client that goes away', () => {
  it.each([
    ['query', QUERY],
    ['mutation', MUTATION],
  ])('ends what is under way for a part of its %s, which is logged', async (kind, query) => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    gateway.shop.misbehaviour.stock = (response) => {
      begin();
      response.once('close', end);
    };
    const controller = new AbortController();
    const start = Date.now();
    const response = await send(query.replace(/^(mutation)?/, `${kind} Left`), ACCEPT_PARTS, controller.signal);
    await begun;
    controller.abort();
    await response.text().catch(() => undefined);
    await ended;
    expect(Date.now() - start).toBeLessThan(TIMEOUT_MILLISECONDS - 500);
    expect(await logged(new RegExp(`"operation":"Left","kind":"${kind}".*"msg":"request"`))).toHaveLength(1);
  });
});

describe('what cannot be deferred', () => {
  const refused = async (query: string) => {
    const response = await send(query);
    return (await response.json()) as Payload;
  };
  const invalid = { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };

  it.each([
    ['what a mutation does', 'mutation { ... @defer { review(text: "good") { text } } }'],
    ['under a label twice', '{ ... @defer(label: "a") { stockCount } ... @defer(label: "a") { stockCount } }'],
    ['under a label that varies', 'query($a: String) { ... @defer(label: $a) { stockCount } }'],
    ['a field by itself', '{ stockCount @defer }'],
  ])('is refused: %s', async (_, query) => {
    expect(await refused(query)).toMatchObject(invalid);
  });

  it('are more parts than can be planned for, also by fragments', async () => {
    const many = Array.from({ length: 7 }, (_, index) => `p${index}: product(id: "1") { ...F }`).join(' ');
    const query = `{ ${many} } fragment F on Product { ... @defer { name } ... @defer { inStock } ... @defer { id } }`;
    expect(await refused(query)).toMatchObject({
      errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'deferred' } }],
    });
    expect(await (await send(query, 'application/json')).json()).not.toHaveProperty('errors');
  });

  it('is shown by introspection as what can', async () => {
    const response = await send('{ __schema { directives { name locations } } }');
    expect(await response.text()).toContain('{"name":"defer","locations":["FRAGMENT_SPREAD","INLINE_FRAGMENT"]}');
  });
});
