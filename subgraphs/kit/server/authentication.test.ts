import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { type ServiceIdentity, spiffeId, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createTestGateway, type HttpAnswer } from '../testing/gateway.ts';
import { createTestIdentities, type TestIdentities } from '../testing/identities.ts';
import { startTinySubgraph, type TinySubgraph } from '../testing/tiny-subgraph.ts';

const CLAIMS = { tenant: 'northgate', policies: ['public'], grants: [] };
const QUERY = JSON.stringify({ query: '{ ping }' });

let identities: TestIdentities;
let gateway: ServiceIdentity;
let communal: ServiceIdentity;
let tiny: TinySubgraph;

beforeAll(async () => {
  identities = await createTestIdentities();
  [gateway, communal] = await Promise.all([identities.of('gateway'), identities.of('communal')]);
  tiny = await startTinySubgraph(identities);
});
afterAll(async () => {
  await tiny.stop();
  await identities.remove();
});

const post = (headers: Record<string, string>): Promise<HttpAnswer> =>
  tiny.gateway.send('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: QUERY,
  });

const sign = (change: Record<string, unknown>, header: { alg?: string; typ?: string } = {}): Promise<string> => {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...CLAIMS,
    iss: spiffeId('gateway'),
    aud: spiffeId('smart-home'),
    iat: now,
    exp: now + 30,
    jti: 'x',
  };
  return new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: 'ES256', typ: 'service+jwt', ...header })
    .sign(gateway.privateKey);
};

describe('a subgraph refuses with 401', () => {
  const now = Math.floor(Date.now() / 1000);
  const symmetric = (): Promise<string> =>
    new SignJWT({ ...CLAIMS, iss: spiffeId('gateway'), aud: spiffeId('smart-home'), jti: 'x' })
      .setProtectedHeader({ alg: 'HS256', typ: 'service+jwt' })
      .setIssuedAt()
      .setExpirationTime('30s')
      .sign(new TextEncoder().encode(gateway.certificate));
  const tokens: Record<string, () => Promise<string> | string> = {
    nonsense: () => 'abc.def.ghi',
    'for another audience': () => mintServiceToken(gateway, 'communal', CLAIMS),
    "with another service's key": () => mintServiceToken(communal, 'smart-home', CLAIMS),
    'that is over': () => sign({ iat: now - 100, exp: now - 40 }),
    'that lives too long': () => sign({ exp: now + 3600 }),
    'from the future': () => sign({ iat: now + 600, exp: now + 630 }),
    'that is not valid yet': () => sign({ nbf: now + 600 }),
    'without an end': () => sign({ exp: undefined }),
    'of another type': () => sign({}, { typ: 'at+jwt' }),
    'without a company': () => sign({ tenant: undefined }),
    'with a company that is none': () => sign({ tenant: '../riverside' }),
    'with `alg: none`': () =>
      new UnsecuredJWT({ ...CLAIMS, aud: spiffeId('smart-home') }).setExpirationTime('30s').encode(),
    'signed with the certificate as a secret': symmetric,
  };

  it('no token, and challenges for one', async () => {
    const { status, headers, body } = await post({});
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
    expect(JSON.parse(body)).toEqual({ error: 'Unauthorized' });
  });

  it.each(Object.entries(tokens))('a token %s', async (_, token) => {
    const { status, body } = await post({ authorization: `Bearer ${await token()}` });
    expect({ status, body }).toEqual({ status: 401, body: '{"error":"Unauthorized"}' });
  });

  it('a token that was good until it was over', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = await sign({ iat: now, exp: now + 2 });
    const statuses = new Set<number>();
    while (Date.now() < (now + 2) * 1000) {
      statuses.add((await post({ authorization: `Bearer ${token}` })).status);
      await wait(50);
    }
    expect(statuses).toContain(200);
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('a token that is known, with one character changed', async () => {
    const token = await sign({});
    expect((await post({ authorization: `Bearer ${token}` })).status).toBe(200);
    const [header = '', claims = '', signature = ''] = token.split('.');
    const changed = [
      `${header}.${claims}A.${signature}`,
      `${header}.${claims}.A${signature.slice(1)}`,
      `${header}.${claims}`,
    ];
    for (const other of changed) expect((await post({ authorization: `Bearer ${other}` })).status).toBe(401);
  });

  it("the gateway's own token over somebody else's connection, though it is known over the gateway's", async () => {
    const known = await sign({});
    expect((await post({ authorization: `Bearer ${known}` })).status).toBe(200);
    const thief = createTestGateway(communal, 'smart-home', tiny.port);
    for (const token of [known, await sign({}), await mintServiceToken(communal, 'smart-home', CLAIMS)]) {
      const { status } = await thief.send('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: QUERY,
      });
      expect(status).toBe(401);
    }
    await thief.close();
  });

  it('identity that is said in headers', async () => {
    const { status } = await post({ 'x-tenant': 'northgate', 'x-user': 'admin', 'x-forwarded-client-cert': 'gateway' });
    expect(status).toBe(401);
  });
});

describe('a connection', () => {
  const open = (options: object): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect({ port: tiny.port, host: 'localhost', ca: gateway.authority, ...options });
      socket.on('error', () => resolve('refused'));
      socket.on('secureConnect', () => socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'));
      socket.on('data', (data) => {
        resolve(data.toString().split('\r\n')[0] ?? '');
        socket.destroy();
      });
      socket.on('close', () => resolve('refused'));
    });

  it('needs a certificate', async () => {
    expect(await open(tlsMaterial(gateway))).toBe('HTTP/1.1 200 OK');
    expect(await open({})).toBe('refused');
  });

  it('needs a certificate of our authority', async () => {
    const strangers = await createTestIdentities();
    const stranger = await strangers.of('gateway');
    expect(await open({ ...tlsMaterial(stranger), ca: gateway.authority })).toBe('refused');
    await strangers.remove();
  });

  it('needs TLS 1.3', async () => {
    expect(await open({ ...tlsMaterial(gateway), maxVersion: 'TLSv1.2' })).toBe('refused');
  });

  it('that resumes a session is still known by its certificate', async () => {
    const session = await new Promise<Buffer>((resolve) => {
      const socket = connect({ port: tiny.port, host: 'localhost', ...tlsMaterial(gateway) });
      socket.once('session', (ticket) => {
        resolve(ticket);
        socket.end();
      });
    });
    const request = [
      'POST /graphql HTTP/1.1',
      'host: localhost',
      'content-type: application/json',
      `authorization: Bearer ${await sign({})}`,
      `content-length: ${QUERY.length}`,
      '',
      QUERY,
    ].join('\r\n');
    const [isReused, answer] = await new Promise<[boolean, string]>((resolve) => {
      const socket = connect({ port: tiny.port, host: 'localhost', ...tlsMaterial(gateway), session });
      socket.on('secureConnect', () => socket.write(request));
      socket.on('data', (data) => {
        resolve([socket.isSessionReused(), data.toString()]);
        socket.destroy();
      });
    });
    expect(isReused).toBe(true);
    expect(answer).toContain('{"data":{"ping":"pong"}}');
  });
});
