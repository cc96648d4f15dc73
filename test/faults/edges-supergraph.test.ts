/** `npm run gateway -- --supergraph FILE --port N --authentication optional`: somebody else's supergraph, good or bad. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GatewayAnswer, post } from '@commonhold/gateway/testing/gateway.ts';
import { CARELESS_MESSAGE, type Shop } from '@commonhold/gateway/testing/shop.ts';
import { type ShopGateway, startShopGateway } from '@commonhold/gateway/testing/shop-gateway.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess, type TestProcess } from '../processes.ts';
import { promptly } from './promptly.ts';

let running: ShopGateway;
let folder: string;
let shop: Shop;
let gateway: TestProcess;
let url: string;

beforeAll(async () => {
  running = await startShopGateway({ REQUEST_TIMEOUT_MS: '2000' });
  ({ folder, shop, process: gateway, url } = running);
});
afterEach(() => {
  for (const name of ['products', 'reviews', 'stock'] as const) delete shop.misbehaviour[name];
});
afterAll(() => running.stop());

const ask = (query: string, variables = {}): Promise<GatewayAnswer> => post(url, { query, variables });

describe("somebody else's supergraph with three plain subgraphs", () => {
  it('is served across all three, for nobody in particular', async () => {
    const { status, body } = await ask('{ products { name shipping inStock reviews { text product { name } } } }');
    expect(status).toBe(200);
    const reviews = [{ text: 'good', product: { name: 'lamp' } }];
    expect(body).toEqual({
      data: {
        products: [
          { name: 'lamp', shipping: 30, inStock: 4, reviews },
          { name: 'rug', shipping: 50, inStock: 4, reviews },
        ],
      },
    });
  });

  it('takes mutations', async () => {
    const { body } = await ask('mutation($text: String!) { review(text: $text) { text } }', { text: 'fine' });
    expect(body).toEqual({ data: { review: { text: 'fine' } } });
  });

  it('answers the same however often it is asked', async () => {
    const answers: string[] = [];
    for (let time = 0; time < 6; time += 1) {
      answers.push((await ask('{ latest { text } products { name shipping reviews { text } } }')).text);
    }
    const reviews = [{ text: 'good' }];
    expect(JSON.parse(answers[0] ?? '')).toEqual({
      data: {
        latest: reviews,
        products: [
          { name: 'lamp', shipping: 30, reviews },
          { name: 'rug', shipping: 50, reviews },
        ],
      },
    });
    expect(new Set(answers).size).toBe(1);
  });

  it('keeps what asks for a login from nobody, and shows it to nobody', async () => {
    const { body } = await ask('{ cost stockCount }');
    expect(body).toEqual({
      data: { cost: null, stockCount: 4 },
      errors: [expect.objectContaining({ path: ['cost'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } })],
    });
    const { text } = await ask('{ __schema { queryType { fields { name } } } }');
    expect(text).toContain('"stockCount"');
    expect(text).not.toContain('"cost"');
  });

  it('refuses a token, since there is nobody who could vouch for it', async () => {
    const { status } = await post(url, { query: '{ stockCount }' }, { authorization: 'Bearer abc' });
    expect(status).toBe(401);
  });

  it('tells its subgraphs nothing of the client', async () => {
    shop.received.stock.length = 0;
    await post(url, { query: '{ stockCount }' }, { 'x-user': 'admin', cookie: 'a=b', 'x-real-ip': '10.0.0.1' });
    expect(Object.keys(shop.received.stock[0]?.headers ?? {}).sort()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-deadline-ms',
      'x-request-id',
    ]);
  });
});

describe('a subgraph that', () => {
  const json = 'application/json';
  const misbehaviours: Readonly<Record<string, (typeof shop.misbehaviour)['stock']>> = {
    'hangs up': (response) => response.destroy(),
    'answers with 500': (response) => response.writeHead(500).end('<html>nginx at 10.0.0.7</html>'),
    'answers with 401': (response) => response.writeHead(401).end(),
    'answers with a page': (response) => response.setHeader('content-type', 'text/html').end('<html>'),
    'answers with half of it': (response) => response.setHeader('content-type', json).end('{"data":{"stoc'),
    'answers with a list': (response) => response.setHeader('content-type', json).end('[]'),
    'answers with nothing': (response) => response.setHeader('content-type', json).end('{}'),
    'answers with data of another shape': (response) =>
      response.setHeader('content-type', json).end('{"data":{"_entities":{"inStock":1}}}'),
    'answers with too few entities': (response) =>
      response.setHeader('content-type', json).end('{"data":{"_entities":[]}}'),
    'answers with a key that reaches for a prototype': (response) =>
      response.setHeader('content-type', json).end('{"data":{"__proto__":{"polluted":1},"_entities":[null,null]}}'),
    'sends us elsewhere': (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    'sends without end': (response) => {
      response.setHeader('content-type', json);
      response.write('{"data":{"x":"');
      const timer = setInterval(() => response.write('x'.repeat(1_000_000)), 1);
      response.on('close', () => clearInterval(timer));
    },
    'takes too long': () => undefined,
  };

  it.each(Object.entries(misbehaviours))('%s costs its own fields alone', async (name, misbehave) => {
    if (misbehave) shop.misbehaviour.stock = misbehave;
    // Only who says nothing at all is waited for, as long as the request may take.
    const patience = name === 'takes too long' ? 4_000 : 1_000;
    const { status, body, text } = await promptly(
      () => ask('{ products { name shipping } latest { text } }'),
      patience,
    );
    expect(status).toBe(200);
    expect(body.data).toEqual({
      products: [
        { name: 'lamp', shipping: null },
        { name: 'rug', shipping: null },
      ],
      latest: [{ text: 'good' }],
    });
    expect(body.errors).toEqual(
      [0, 1].map((index) => ({
        message: 'A part of the platform does not answer.',
        path: ['products', index],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
      })),
    );
    expect(text).not.toMatch(/localhost|10\.0\.0|stock|stack/);
  });

  it('fails at the root leaves an error for each of its fields', async () => {
    shop.misbehaviour.stock = (response) => response.destroy();
    const { body } = await ask('{ one: stockCount two: stockCount latest { text } }');
    expect(body.data).toEqual({ one: null, two: null, latest: [{ text: 'good' }] });
    expect(body.errors?.map(({ path }) => path)).toEqual([['one'], ['two']]);
  });

  it('tells of its insides in an error is not repeated', async () => {
    const { body, text } = await ask('{ careless stockCount }');
    expect(body).toEqual({
      data: { careless: null, stockCount: 4 },
      errors: [
        {
          message: 'Something went wrong on our side.',
          path: ['careless'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    });
    expect(text).not.toContain(CARELESS_MESSAGE.slice(0, 10));
    expect(gateway.output()).not.toContain(CARELESS_MESSAGE.slice(0, 10));
  });

  it('explains a client its mistake is repeated, without what else it says', async () => {
    const { body } = await ask('{ limited }');
    expect(body.errors).toEqual([
      { message: 'Not more than 3.', path: ['limited'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  it('leaves out what may not be null gets an error of ours, beside the errors of others', async () => {
    shop.misbehaviour.stock = (response) =>
      response.setHeader('content-type', json).end('{"data":{"_entities":[{"inStock":null},{"inStock":3}]}}');
    for (const [query, others] of [
      ['{ products { name inStock } }', []],
      ['{ products { name inStock } careless }', [['careless']]],
    ] as const) {
      const { body } = await ask(query);
      expect(body.data?.['products']).toBeNull();
      expect(body.errors?.map(({ path }) => path)).toEqual([...others, ['products', 0, 'inStock']]);
      expect(body).not.toHaveProperty('extensions');
    }
  });
});

describe('a supergraph that cannot be served keeps the gateway from starting, in one sentence', () => {
  const start = async (sdl: string | undefined, args: readonly string[] = []): Promise<string> => {
    const file = join(folder, 'broken.graphql');
    await rm(file, { force: true });
    if (sdl !== undefined) await writeFile(file, sdl);
    const { exit, output } = await startProcess('gateway/main.ts', {}, [
      '--supergraph',
      file,
      '--authentication',
      'optional',
      ...args,
    ]);
    expect(await exit).toBe(1);
    expect(output()).toMatch(/^gateway: [^\n]+\n$/);
    expect(output()).not.toMatch(/\.(js|ts):\d/);
    return output();
  };

  const broken: Readonly<Record<string, readonly [() => string | undefined, RegExp]>> = {
    'is missing': [() => undefined, /broken\.graphql can't be read/],
    'is empty': [() => '', /broken\.graphql is not valid \(Syntax Error/],
    'is cut off': [() => shop.sdl.slice(0, shop.sdl.length / 2), /broken\.graphql is not valid \(Syntax Error/],
    'is no supergraph': [() => 'type Query { a: Int }', /not valid \(Invalid supergraph: must be a core schema\)/],
    'is binary': [() => '\u0000\u0001', /broken\.graphql is not valid/],
    'has no queries': [
      () => shop.sdl.replace('query: Query', '').replace(/\ntype Query[\s\S]*?\n}\n/, '\n'),
      /broken\.graphql (has no queries|is not valid)/,
    ],
    'names a type that does not exist': [() => shop.sdl.replace(': [Review!]', ': [Nothing!]'), /Nothing/],
    'asks for a feature that is not known here': [
      () => shop.sdl.replace('schema\n', 'schema\n  @link(url: "https://example.com/magic/v1.0", for: SECURITY)\n'),
      /magic/,
    ],
    'names no address for a subgraph': [() => shop.sdl.replace(/url: "http:[^"]*"/, 'url: ""'), /no http address/],
  };

  it.each(Object.entries(broken))('one that %s', async (_, [sdl, sentence]) => {
    expect(await start(sdl())).toMatch(sentence);
  });

  it('a flag that is wrong is named', async () => {
    expect(await start(shop.sdl, ['--port', 'x'])).toContain('--port is not a port');
    expect(await start(shop.sdl, ['--authentication', 'maybe'])).toContain('--authentication is not valid');
    expect(await start(shop.sdl, ['--frobnicate'])).toContain('flag is not known');
  });

  it('a port in use is named', async () => {
    const { port } = new URL(url);
    expect(await start(shop.sdl, ['--port', port])).toContain(`Port ${port} is in use`);
  });

  it('the good one is untouched by all this', async () => {
    expect(await readFile(join(folder, 'shop.graphql'), 'utf8')).toBe(shop.sdl);
    expect((await ask('{ stockCount }')).body).toEqual({ data: { stockCount: 4 } });
  });
});

describe('a gateway that is told to stop', () => {
  it('answers what is under way, and ends', async () => {
    shop.misbehaviour.stock = (response) => {
      setTimeout(() => response.setHeader('content-type', 'application/json').end('{"data":{"stockCount":7}}'), 500);
    };
    const underWay = ask('{ stockCount }');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await gateway.stop();
    expect((await underWay).body).toEqual({ data: { stockCount: 7 } });
    expect(await gateway.exit).toBe(0);
  });
});
