/** Access tokens: only a good one of our issuer, for us, in force. How its owner logged in is in login-strength.test.ts. */
import { connect } from 'node:net';
import { DISPATCHER } from '@commonhold/gateway/testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '@commonhold/gateway/testing/gateway.ts';
import type { Changes } from '@commonhold/gateway/testing/issuer.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, UnsecuredJWT } from 'jose';
import { startProcess } from '../processes.ts';

/** Goes with every challenge to a bearer token: which proofs of possession are taken. */
const OFFER = 'DPoP algs="ES256 Ed25519 EdDSA"';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
});
afterAll(() => gateway.stop());

const now = (): number => Math.floor(Date.now() / 1000);
const sign = (claims: Changes = {}, header: Changes = {}): Promise<string> => gateway.issuer.sign(claims, header);

async function signByStranger(header: Changes = {}): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return gateway.issuer.sign({}, { jwk: await exportJWK(publicKey), ...header }, privateKey);
}

describe('a good token', () => {
  it('is let in', async () => {
    const { status, body } = await gateway.ask('{ __typename }');
    expect({ status, body }).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
  });

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])('of type %s is let in', async (typ) => {
    expect((await gateway.ask('{ __typename }', { token: await sign({}, { typ }) })).status).toBe(200);
  });

  it('for several audiences of which we are one is let in', async () => {
    const token = await sign({ aud: ['https://other.example', gateway.url] });
    expect((await gateway.ask('{ __typename }', { token })).status).toBe(200);
  });
});

describe('a bad token is answered with 401, before the directory is asked', () => {
  const tokens: Readonly<Record<string, () => Promise<string> | string>> = {
    'is no JWT': () => 'abc',
    'has `alg: none`': () => new UnsecuredJWT(gateway.issuer.claims()).encode(),
    'is signed by HS256 with the public key as secret': () =>
      gateway.issuer.sign({}, { alg: 'HS256' }, new TextEncoder().encode(gateway.issuer.publicKeyText())),
    'has an algorithm outside the list, with a key that is published': () =>
      gateway.issuer.sign({}, { alg: 'ES384', kid: 'other' }, gateway.issuer.otherKey),
    'has `crit`': async () => withHeader(await sign(), { crit: ['exp'], exp: now() + 300 }),
    'brings its own key (`jwk`)': () => signByStranger(),
    'names its own keys (`jku`)': () => signByStranger({ jwk: undefined, jku: 'http://localhost:1/jwks' }),
    'names its own certificate (`x5u`)': () => signByStranger({ jwk: undefined, x5u: 'http://localhost:1/x5c' }),
    'is signed by a stranger': () => signByStranger({ jwk: undefined }),
    'has an unknown kid': () => sign({}, { kid: 'unknown' }),
    'is an ID token, though for us': () => sign({ nonce: 'n' }, { typ: 'JWT' }),
    'is an ID token': () => sign({ aud: 'frontend', nonce: 'n' }, { typ: 'JWT' }),
    'has no type': () => sign({}, { typ: undefined }),
    'is of another issuer': () => sign({ iss: 'https://issuer.example' }),
    'is for another audience': () => sign({ aud: 'https://other.example/graphql' }),
    'has no audience': () => sign({ aud: undefined }),
    'has no end': () => sign({ exp: undefined }),
    'is over': () => sign({ exp: now() - 60 }),
    'is not valid yet': () => sign({ nbf: now() + 600 }),
    'was issued in the future': () => sign({ iat: now() + 600 }),
    'has no start': () => sign({ iat: undefined }),
    'has no subject': () => sign({ sub: undefined }),
    'has no company': () => sign({ tenant: undefined }),
    'has a company that is none': () => sign({ tenant: '../northgate' }),
    'has a company that is a list': () => sign({ tenant: ['northgate', 'riverside'] }),
    'has no client': () => sign({ client_id: undefined }),
    'has no id': () => sign({ jti: undefined }),
    'is bound to something that is not known here': () => sign({ cnf: { kid: 'k' } }),
    'is bound to nothing': () => sign({ cnf: {} }),
    'was altered': async () => altered(await sign()),
    'has its signature cut off': async () => (await sign()).split('.').slice(0, 2).join('.').concat('.'),
  };

  it.each(Object.entries(tokens))('that %s', async (_, make) => {
    const before = gateway.directory.received.length;
    const { status, headers, body } = await gateway.ask('{ __typename }', { token: await make() });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe(`Bearer error="invalid_token", ${OFFER}`);
    expect(body).toEqual({
      errors: [{ message: 'The access token is not valid.', extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(gateway.directory.received.length).toBe(before);
  });

  it('no token: the challenge names no error (RFC 6750)', async () => {
    const { status, headers, body } = await gateway.send({ query: '{ __typename }' });
    expect([status, headers.get('www-authenticate')]).toEqual([401, `Bearer, ${OFFER}`]);
    expect(body.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['another scheme', 'Basic YWRhOnNlY3JldA=='],
    ['nothing after the scheme', 'Bearer'],
    ['two words', 'Bearer a b'],
    ['two tokens', 'Bearer a, Bearer b'],
    ['nine thousand characters', `Bearer ${'a'.repeat(9_000)}`],
  ])('a header with %s is malformed', async (_, authorization) => {
    const { status, headers } = await gateway.send({ query: '{ __typename }' }, { authorization });
    expect([status, headers.get('www-authenticate')]).toEqual([401, `Bearer error="invalid_request", ${OFFER}`]);
  });

  it('two headers are malformed, also when both hold the same good token', async () => {
    const token = await sign();
    const { status, headers } = await sendRaw([`authorization: Bearer ${token}`, `authorization: Bearer ${token}`]);
    expect([status, headers]).toEqual([401, expect.stringContaining('error="invalid_request"')]);
  });

  it('a token anywhere but in the Authorization header is not looked at', async () => {
    const token = await sign();
    const { status } = await gateway.send(
      { query: '{ __typename }', access_token: token },
      { 'x-access-token': token, cookie: `access_token=${token}` },
    );
    expect(status).toBe(401);
    const inAddress = await fetch(`${gateway.url}?query={__typename}&access_token=${token}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(inAddress.status).toBe(401);
  });

  it('a flood of unknown keys fetches the keys at most once more', async () => {
    await gateway.ask('{ __typename }');
    const before = gateway.issuer.keyFetches();
    await Promise.all(
      Array.from({ length: 200 }, async (_, number) =>
        gateway.ask('{ __typename }', { token: await sign({}, { kid: `kid-${number}` }) }),
      ),
    );
    expect(gateway.issuer.keyFetches() - before).toBeLessThanOrEqual(1);
  });
});

describe('who the token speaks of', () => {
  it('is asked about anew with each request: a right that was removed is gone at once', async () => {
    const token = await sign();
    const query = '{ people { nodes { id } } }';
    gateway.directory.answer = () => ({ data: { people: { nodes: [] } } });
    gateway.directory.access = { active: true, kind: 'person', grants: [{ role: 'DISPATCHER' }] };
    expect((await gateway.ask(query, { token })).body).toEqual({ data: { people: { nodes: [] } } });
    gateway.directory.access = { active: true, kind: 'person', grants: [] };
    expect((await gateway.ask(query, { token })).body.errors?.[0]?.extensions['code']).toBe(
      'UNAUTHORIZED_FIELD_OR_TYPE',
    );
    gateway.directory.access = { active: false, kind: 'person', grants: [] };
    expect((await gateway.ask(query, { token })).status).toBe(401);
    gateway.directory.access = undefined;
    const { status, body } = await gateway.ask(query, { token });
    expect([status, body.errors?.[0]?.extensions]).toEqual([503, { code: 'SUBGRAPH_UNAVAILABLE' }]);
    gateway.directory.access = DISPATCHER;
  });

  it('is told to a subgraph by the gateway alone, and no more than it needs', async () => {
    gateway.directory.answer = () => ({ data: { people: { nodes: [] } } });
    await gateway.ask('{ people { nodes { id } } }', {
      token: await sign(),
      headers: {
        'x-tenant': 'riverside',
        'x-user': 'admin',
        'x-request-id': 'mine',
        forwarded: 'for=admin',
        cookie: 'a=b',
        'x-forwarded-client-cert': 'gateway',
      },
    });
    const { headers, claims } = gateway.directory.received.findLast(({ url }) => url === '/graphql') ?? {};
    expect(Object.keys(headers ?? {}).sort()).toEqual([
      'accept',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'x-deadline-ms',
      'x-request-id',
    ]);
    expect(headers?.['x-request-id']).not.toBe('mine');
    expect(Object.keys(claims ?? {}).sort()).toEqual([
      'accessVersion',
      'aud',
      'exp',
      'grants',
      'iat',
      'iss',
      'jti',
      'policies',
      'sub',
      'tenant',
    ]);
    expect(claims).toMatchObject({ tenant: 'northgate', sub: 'ada', aud: 'spiffe://commonhold/directory' });
    expect(Number(claims?.exp) - Number(claims?.iat)).toBeLessThanOrEqual(60);
    // The scopes that only the partners' subgraphs ask for are none of the directory's business.
    expect(JSON.stringify(claims?.['grants'])).not.toContain('device:control');
  });
});

describe('the issuer', () => {
  it('may come up after the gateway, rotate its keys, and be away for a while', async () => {
    const own = await startGatewayUnderTest();
    try {
      own.issuer.fail(true);
      const { status, body } = await own.ask('{ __typename }');
      expect([status, body.errors?.[0]?.extensions]).toEqual([503, { code: 'SUBGRAPH_UNAVAILABLE' }]);
      own.issuer.fail(false);
      const key = await own.issuer.rotate();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const token = await own.issuer.sign({}, { kid: 'second' }, key);
      expect((await own.ask('{ __typename }', { token })).status).toBe(200);
      own.issuer.fail(true);
      expect((await own.ask('{ __typename }')).status).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it('that is not reached over https keeps the gateway from starting in production', async () => {
    const { exit, output } = await startProcess('gateway/main.ts', {
      NODE_ENV: 'production',
      ISSUER_URL: 'http://issuer.example',
    });
    expect(await exit).toBe(1);
    expect(output()).toBe(
      'gateway: The issuer named by ISSUER_URL is not reached over https: give its https address.\n',
    );
  });
});

/** As bytes: clients of HTTP join headers of one name. */
async function sendRaw(headers: readonly string[]): Promise<{ readonly status: number; readonly headers: string }> {
  const { hostname, port, host } = new URL(gateway.url);
  const body = '{"query":"{ __typename }"}';
  const head = ['POST /graphql HTTP/1.1', `host: ${host}`, 'content-type: application/json', 'connection: close'];
  const text = [...head, ...headers, `content-length: ${body.length}`, '', body].join('\r\n');
  const socket = connect(Number(port), hostname).end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  const answer = Buffer.concat(chunks).toString();
  return { status: Number(answer.split(' ')[1]), headers: answer.split('\r\n\r\n')[0] ?? '' };
}

function withHeader(token: string, changes: object): string {
  const [header = '', ...rest] = token.split('.');
  const changed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...changes };
  return [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
}

function altered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), tenant: 'riverside' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}
