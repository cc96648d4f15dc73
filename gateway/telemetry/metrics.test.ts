/** What the gateway counts is for operators: it is read at a door of its own, and at the public one from this machine alone. */
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';
import { freePort } from '../testing/listen.ts';

const COUNTED = 'gateway_request_duration_seconds';
/** An address of this machine that isn't a loopback one. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

describe('outside of production', () => {
  let gateway: GatewayUnderTest;
  let doorUrl: string;
  beforeAll(async () => {
    const port = await freePort();
    doorUrl = `https://localhost:${port}/metrics`;
    gateway = await startGatewayUnderTest({ GATEWAY_METRICS_PORT: String(port), GATEWAY_HOST: '0.0.0.0' });
  });
  afterAll(() => gateway?.stop());

  const ask = async (headers: Record<string, string> = {}, host = '127.0.0.1') => {
    const address = `http://${host}:${new URL(gateway.url).port}/metrics`;
    const { statusCode, body } = await request(address, { headers });
    return { status: statusCode, text: await body.text() };
  };

  it('is read at the public door from this machine', async () => {
    expect(await ask()).toEqual({ status: 200, text: expect.stringContaining(COUNTED) });
    expect((await ask({ host: `localhost:${new URL(gateway.url).port}` })).status).toBe(200);
  });

  it.each([
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-for', '198.51.100.1'],
    ['forwarded', 'for=127.0.0.1'],
    ['x-real-ip', '127.0.0.1'],
    ['via', '1.1 tunnel'],
    ['host', 'rebound.example'],
    ['host', 'localhost.rebound.example'],
  ])('is not there for what came through something else: %s: %s', async (name, value) => {
    const { status, text } = await ask({ [name]: value });
    expect([status, text]).toEqual([404, expect.not.stringContaining(COUNTED)]);
  });

  (outside === undefined ? it.skip : it)('is not there for another machine, whatever it says of itself', async () => {
    for (const headers of [{}, { host: 'localhost' }, { host: 'localhost', 'x-forwarded-for': '127.0.0.1' }]) {
      expect((await ask(headers, outside)).status).toBe(404);
    }
  });

  it('is read at the other door by processes of ours, and by nobody else', async () => {
    const masterKey = await loadMasterKey(gateway.environment);
    const identity = await loadIdentity('directory', join(gateway.dataDirectory, 'tls'), masterKey);
    const { key: _key, cert: _cert, ...authority } = tlsMaterial(identity);
    const ours = new Agent({ connect: tlsMaterial(identity) });
    const anybody = new Agent({ connect: authority });
    const told = await request(doorUrl, { dispatcher: ours });
    const elsewhere = await request(doorUrl.replace('/metrics', '/graphql'), { dispatcher: ours });

    expect([told.statusCode, await told.body.text()]).toEqual([200, expect.stringContaining(COUNTED)]);
    expect([elsewhere.statusCode, await elsewhere.body.text()]).toEqual([404, '']);
    await expect(request(doorUrl, { dispatcher: anybody })).rejects.toThrow();
    await Promise.all([ours.close(), anybody.close()]);
  });
});

describe('in production', () => {
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    gateway = await startGatewayUnderTest({ NODE_ENV: 'production', ISSUER_URL: 'https://issuer.example' });
  });
  afterAll(() => gateway?.stop());

  it('is not at the public door at all', async () => {
    const { statusCode, body } = await request(gateway.url.replace('/graphql', '/metrics'));
    expect([statusCode, await body.text()]).toEqual([404, expect.not.stringContaining(COUNTED)]);
  });
});
