/** Requests at the edges of what HTTP and GraphQL allow: each is the client's mistake, told at once. */
import { connect } from 'node:net';
import { type GatewayAnswer, post } from '@commonhold/gateway/testing/gateway.ts';
import type { Shop } from '@commonhold/gateway/testing/shop.ts';
import { type ShopGateway, startShopGateway } from '@commonhold/gateway/testing/shop-gateway.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestProcess } from '../processes.ts';
import { promptly } from './promptly.ts';

let running: ShopGateway;
let shop: Shop;
let gateway: TestProcess;
let url: string;

beforeAll(async () => {
  running = await startShopGateway({ CORS_ORIGINS: 'https://frontend.example', LOG_LEVEL: 'debug' });
  ({ shop, process: gateway, url } = running);
  await post(url, { query: '{ products { id } }' });
});
afterEach(async () => {
  // Whatever was sent: the process lives and answers, once it has noticed that hundreds of clients have gone.
  let answer = await post(url, { query: '{ stockCount }' });
  while (answer.status === 503) answer = await post(url, { query: '{ stockCount }' });
  expect(answer.body).toEqual({ data: { stockCount: 4 } });
  expect(gateway.child.exitCode).toBeNull();
});
afterAll(() => running.stop());

/** A client error, within a second, with one code and without anything of our insides. */
async function expectClientError(
  body: unknown,
  { code, status = 400, headers = {} }: { code: string; status?: number; headers?: Readonly<Record<string, string>> },
): Promise<GatewayAnswer> {
  const answer = await promptly(() => post(url, body, headers));
  expect([answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([status, code]);
  expect(answer.body).not.toHaveProperty('data');
  expect(answer.text).not.toMatch(/stack|node_modules|\.ts:\d|serviceName|Did you mean/);
  return answer;
}

const times = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');
const nested = (depth: number): string =>
  `{ products ${'{ reviews { product '.repeat(depth)}{ id }${' } }'.repeat(depth)} }`;
const bomb = (spread: (index: number) => string, count: number): string =>
  `{ products { ...f0 } } ${times(count, (index) => `fragment f${index} on Product { ${spread(index + 1)} }`)} fragment f${count} on Product { id }`;

describe('an operation that is too large is refused, and the limit is named', () => {
  it.each([
    ['10,000 aliases', `{ ${times(10_000, (index) => `a${index}: __typename`)} }`, 'tokens'],
    ['7,900 times __typename', `{ ${'__typename '.repeat(7_900)} }`, 'fields'],
    ['1,000 aliases', `{ products { ${times(1_000, (index) => `a${index}: id`)} } }`, 'aliases'],
    ['200 root fields', `{ ${'stockCount '.repeat(200)} }`, 'rootFields'],
    [
      '200 guesses by alias',
      `mutation { ${times(200, (index) => `a${index}: review(text: "${index}") { id }`)} }`,
      'rootFields',
    ],
    ['depth 50', nested(25), 'depth'],
    ['4,000 braces', '{ a'.repeat(3_990), 'depth'],
    [
      'a list within a list, 3,900 times',
      `{ search(filter: ${'['.repeat(3_900)}${']'.repeat(3_900)}) { id } }`,
      'depth',
    ],
    ['a list type of list types', `query($a: ${'['.repeat(3_000)}Int${']'.repeat(3_000)}) { stockCount }`, 'depth'],
    [
      'a fragment bomb in depth',
      bomb((next) => `reviews { product { ...f${next} } } r: reviews { product { ...f${next} } }`, 40),
      'depth',
    ],
    ['a fragment bomb in width', bomb((next) => `...f${next} ...f${next}`, 60), 'fields'],
    ['2,000 directives', `{ products { id ${'@include(if: true) '.repeat(1_000)} } }`, 'directives'],
    ['a text of 900,000 characters', `{ product(id: "${'x'.repeat(900_000)}") { id } }`, 'textLength'],
  ])('%s', async (_, query, limit) => {
    const { body } = await expectClientError({ query }, { code: 'OPERATION_TOO_COMPLEX' });
    expect(body.errors?.[0]?.extensions['limit']).toBe(limit);
    expect(body.errors?.[0]?.message).toContain(limit);
  });

  it.each([
    ['a list of 5,000', { maximum: 1, any: Array(5_000).fill({ maximum: 1 }) }, 'listItems'],
    [
      '20 lists of 900',
      { maximum: 1, any: Array(20).fill({ maximum: 1, any: Array(900).fill({ maximum: 1 }) }) },
      'values',
    ],
    ['an id of 900,000 characters', { maximum: 1, text: 'x'.repeat(900_000) }, 'textLength'],
  ])('in variables: %s', async (_, filter, limit) => {
    const query = 'query($filter: Filter) { search(filter: $filter) { id } }';
    const { body } = await expectClientError({ query, variables: { filter } }, { code: 'OPERATION_TOO_COMPLEX' });
    expect(body.errors?.[0]?.extensions['limit']).toBe(limit);
  });

  it('variables 200,000 deep', async () => {
    const deep = `{"query":"{ stockCount }","variables":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`;
    await expectClientError(deep, { code: 'OPERATION_TOO_COMPLEX' });
  });

  it.each([
    [
      'fragments that spread each other',
      '{ products { ...a } } fragment a on Product { ...b } fragment b on Product { ...a }',
    ],
    ['a fragment within itself', '{ products { ...a } } fragment a on Product { reviews { product { ...a } } }'],
    ['1,500 variables', `query(${times(1_500, (index) => `$v${index}: Int`)}) { stockCount }`],
    ['1,000 fields of one name', `{ products { ${'id name '.repeat(700)} } }`],
    [
      '700 fragments at one place',
      `{ products { ${times(700, (i) => `...f${i}`)} } } ${times(700, (i) => `fragment f${i} on Product { id }`)}`,
    ],
    ['a name of 900,000 letters', `{ ${'x'.repeat(900_000)} }`],
  ])('and one that is not valid is refused as quickly: %s', async (_, query) => {
    const { text } = await expectClientError({ query }, { code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(text.length).toBeLessThan(1_000_000);
  });

  it('1,000 operations, none of them named', async () => {
    const query = times(1_000, (index) => `query q${index} { stockCount }`);
    await expectClientError({ query }, { code: 'OPERATION_RESOLUTION_FAILURE' });
  });

  it('the introspection of common tools is none of these', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const query = getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true });
    expect((await post(url, { query })).status).toBe(200);
  });

  it('a batch is refused', async () => {
    await expectClientError([{ query: '{ stockCount }' }, { query: '{ stockCount }' }], { code: 'BAD_REQUEST' });
  });
});

describe('an odd body is refused', () => {
  const good = JSON.stringify({ query: '{ stockCount }' });

  it.each([
    ['UTF-16', Buffer.from(good, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['Latin 1', good, { 'content-type': 'application/json; charset=iso-8859-1' }, 415],
    ['UTF-7', good, { 'content-type': 'application/json;charset="utf-7"' }, 415],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      {},
      400,
    ],
    ['a compressed body', good, { 'content-encoding': 'gzip' }, 415],
    ['1 MB', JSON.stringify({ query: '{ stockCount }', variables: { a: 'x'.repeat(1_000_000) } }), {}, 413],
    ['10 MB', JSON.stringify({ query: '{ stockCount }', variables: { a: 'x'.repeat(10_000_000) } }), {}, 413],
    ['half of JSON', good.slice(0, -3), {}, 400],
    ['nothing', '', {}, 400],
    ['null', 'null', {}, 400],
    ['a text', '"{ stockCount }"', {}, 400],
    ['a number for a query', '{"query":1}', {}, 400],
    ['a text for variables', '{"query":"{ stockCount }","variables":"{}"}', {}, 400],
    ['a list for variables', '{"query":"{ stockCount }","variables":[]}', {}, 400],
    ['a form', 'query={stockCount}', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', good, { 'content-type': 'text/plain' }, 415],
    ['several parts', good, { 'content-type': 'multipart/form-data; boundary=x' }, 415],
  ])('%s', async (_, body, headers, status) => {
    await expectClientError(body, { code: 'BAD_REQUEST', status, headers });
  });

  it('UTF-8 under any of its names is not odd', async () => {
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8']) {
      const { status } = await post(url, good, { 'content-type': `application/json; charset=${charset}` });
      expect(status).toBe(200);
    }
  });

  it('a body that never comes is not waited for by others, and 200 idle connections hinder nobody', async () => {
    const { hostname, port } = new URL(url);
    const sockets = Array.from({ length: 200 }, () => connect(Number(port), hostname).on('error', () => undefined));
    for (const socket of sockets) {
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      );
    }
    expect((await promptly(() => post(url, good))).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe('names that reach for a prototype', () => {
  it.each([
    ['as alias', '{ __proto__: stockCount }'],
    ['as field', '{ __proto__ }'],
    ['as variable', 'query($__proto__: ID!) { product(id: $__proto__) { id } }'],
    ['as argument', '{ product(__proto__: "1") { id } }'],
    ['as fragment', '{ products { ...__proto__ } } fragment __proto__ on Product { id }'],
    ['as operation', 'query __proto__ { stockCount }'],
  ])('__proto__ %s is refused', async (_, query) => {
    await expectClientError({ query }, { code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it.each([
    '{"query":"{ stockCount }","__proto__":{"polluted":1}}',
    '{"query":"{ stockCount }","variables":{"__proto__":{"polluted":1}}}',
    '{"query":"{ stockCount }","variables":{"a":{"\\u005f_proto__":{"polluted":1}}}}',
    '{"query":"{ stockCount }","variables":{"constructor":{"prototype":{"polluted":1}}}}',
  ])('as a key of JSON it is refused: %s', async (body) => {
    await expectClientError(body, { code: 'BAD_REQUEST' });
  });

  it('the others are names like any', async () => {
    const query =
      'query toString($constructor: ID!) { constructor: product(id: $constructor) { valueOf: id } hasOwnProperty: stockCount }';
    const { body } = await post(url, { query, variables: { constructor: '2' } });
    expect(body).toEqual({ data: { constructor: { valueOf: '2' }, hasOwnProperty: 4 } });
  });
});

describe('pages of others', () => {
  const get = (query: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${url}?query=${encodeURIComponent(query)}`, { headers });

  it.each([
    ['nothing that asks for a preflight', {}],
    ['text/plain', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('a GET with %s is refused', async (_, headers) => {
    expect((await get('{ stockCount }', headers)).status).toBe(400);
  });

  it('a GET after a preflight is answered, but no mutation', async () => {
    const headers = { 'apollo-require-preflight': '1' };
    expect((await get('{ stockCount }', headers)).status).toBe(200);
    const before = shop.received.reviews.length;
    const mutation = await get('mutation { review(text: "x") { id } }', headers);
    expect([mutation.status, mutation.headers.get('allow')]).toEqual([405, 'POST']);
    expect(shop.received.reviews.length).toBe(before);
  });

  it.each([
    ['https://evil.example', null],
    ['null', null],
    ['https://frontend.example.evil.example', null],
    ['http://frontend.example', null],
    ['https://frontend.example', 'https://frontend.example'],
  ])('an origin is allowed by name and never repeated: %s', async (origin, allowed) => {
    for (const method of ['OPTIONS', 'POST']) {
      const { headers } = await fetch(url, {
        method,
        headers: { origin, 'access-control-request-method': 'POST', 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{"query":"{ stockCount }"}' }),
      });
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s is not a way to ask', async (method) => {
    const { status, headers } = await fetch(url, { method });
    expect([status, headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('what is not there is not hinted at', () => {
  it.each([
    '{ prodcts { id } }',
    '{ product(idd: "1") { id } }',
    '{ products { ... on Produt { id } } }',
    '{ search(filter: { maximun: 1 }) { id } }',
  ])('no suggestions: %s', async (query) => {
    await expectClientError({ query }, { code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it.each(['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }', 'subscription { x }'])(
    'nothing of the federation: %s',
    async (query) => {
      await expectClientError({ query }, { code: 'GRAPHQL_VALIDATION_FAILED' });
    },
  );

  it('no suggestions for variables, and their values are not repeated', async () => {
    const query = 'query($filter: Filter!) { search(filter: $filter) { id } }';
    for (const filter of [
      { maximun: 1 },
      { maximum: 'confidential' },
      { maximum: 1, any: 'confidential' },
      'confidential',
    ]) {
      const { text } = await expectClientError({ query, variables: { filter } }, { code: 'BAD_USER_INPUT' });
      expect(text).not.toContain('confidential');
    }
  });

  it.each([
    ['in a place of another type', '{ search(filter: { maximum: "confidential" }) { id } }'],
    ['in place of an input', '{ search(filter: "confidential") { id } }'],
    ['within a list', '{ search(filter: { maximum: 1, any: ["confidential"] }) { id } }'],
    ['as the default of a variable', 'query ($maximum: Int! = "confidential") { stockCount }'],
  ])('values in the document are not repeated: %s', async (_, query) => {
    const { text } = await expectClientError({ query }, { code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(text).not.toContain('confidential');
  });

  it.each(['{ stockCount "confidential" }', '{ stockCount """confidential""" }', '"confidential" { stockCount }'])(
    'nor are they where none can stand: %s',
    async (query) => {
      const { text } = await expectClientError({ query }, { code: 'GRAPHQL_PARSE_FAILED' });
      expect(text).not.toContain('confidential');
    },
  );

  it('logs hold neither what was asked nor what was sent', async () => {
    await post(url, { query: 'query Named { product(id: "canary-literal") { id } }' }, { 'x-token': 'canary-header' });
    await post(url, {
      query: 'query Named($id: ID!) { product(id: $id) { id } }',
      variables: { id: 'canary-variable' },
    });
    await post(url, { query: 'query Last { stockCount }' });
    while (!gateway.output().includes('"operation":"Last"')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(gateway.output().includes('"operation":"Named"')).toBe(true);
    expect(gateway.output().includes('canary')).toBe(false);
  });
});

describe('GraphQL over HTTP', () => {
  const RESPONSE = 'application/graphql-response+json; charset=utf-8';
  const JSON_TYPE = 'application/json; charset=utf-8';

  it.each([
    [undefined, JSON_TYPE, 400, RESPONSE],
    ['*/*', JSON_TYPE, 400, RESPONSE],
    ['application/graphql-response+json', RESPONSE, 400, RESPONSE],
    ['application/graphql-response+json, application/json;q=0.9', RESPONSE, 400, RESPONSE],
    ['application/json', JSON_TYPE, 200, JSON_TYPE],
    ['application/json, text/plain, */*', JSON_TYPE, 200, JSON_TYPE],
  ])('accepting %s: %s; for what cannot be executed %s and %s', async (accept, mediaType, status, refusedAs) => {
    for (const query of ['{ ', '{ nothing }', 'query a { stockCount } query b { stockCount }']) {
      const answer = await post(url, { query }, accept ? { accept } : {});
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, refusedAs]);
    }
    const answer = await post(url, { query: '{ stockCount }' }, accept ? { accept } : {});
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, mediaType]);
  });

  it('what cannot be given is told', async () => {
    await expectClientError(
      { query: '{ stockCount }' },
      { code: 'NOT_ACCEPTABLE', status: 406, headers: { accept: 'image/png' } },
    );
  });

  it('an automatic persisted query is told that there are none', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'x' } };
    const { body } = await post(url, { extensions });
    expect(body.errors?.[0]?.extensions['code']).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
  });

  it('each answer names its request', async () => {
    const { headers } = await post(url, { query: '{ stockCount }' }, { 'x-request-id': 'mine' });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});
