/** What is to be had at which of the issuer's doors, and how its limits are kept behind a proxy. */
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { loadIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { startIssuer, startNewIssuer, type TestIssuer } from './issuer-process.ts';

let issuer: TestIssuer;
let metricsUrl: string;
beforeAll(async () => {
  const port = await freePort();
  metricsUrl = `https://localhost:${port}/metrics`;
  issuer = await startIssuer({ ISSUER_METRICS_PORT: String(port) });
});
afterAll(() => issuer.stop());

describe('what the issuer counts', () => {
  it('is told to our own processes alone, and never at the public door', async () => {
    const identity = await loadIdentity('gateway', `${issuer.environment['DATA_DIR']}/tls`, issuer.masterKey);
    const ours = new Agent({ connect: tlsMaterial(identity) });
    const { key: _key, cert: _cert, ...authority } = tlsMaterial(identity);
    const anybody = new Agent({ connect: authority });
    const told = await (await request(metricsUrl, { dispatcher: ours })).body.text();
    const elsewhere = await request(metricsUrl.replace('/metrics', '/jwks'), { dispatcher: ours });
    await elsewhere.body.dump();

    expect(told).toContain('issuer-signing-key');
    expect(elsewhere.statusCode).toBe(404);
    await expect(request(metricsUrl, { dispatcher: anybody })).rejects.toThrow();
    expect((await fetch(`${issuer.url}/metrics`)).status).toBe(404);
    await Promise.all([ours.close(), anybody.close()]);
  });
});

describe('a route that is limited or looked after', () => {
  it.each(['/DEVICE', '/device/', '/Token/Introspection', '/token/introspection/', '/token/REVOCATION'])(
    'has no other spelling: %s',
    async (path) => {
      const answer = await fetch(`${issuer.url}${path}`, { method: 'POST', body: new URLSearchParams({ token: 'a' }) });
      expect(answer.status).toBe(404);
    },
  );
});

describe('behind a proxy', () => {
  it('a limit counts the address that the proxy has seen, whatever the client says that it comes from', async () => {
    const behind = await startNewIssuer({
      NODE_ENV: 'production',
      ISSUER_URL: 'https://login.example',
      DEVELOPMENT_SEED: undefined,
      ISSUER_GUESSES_PER_ADDRESS: '2',
    });
    const statuses: number[] = [];
    for (const claimed of ['198.51.100.1', '198.51.100.2', '198.51.100.3']) {
      const headers = { 'x-forwarded-for': `${claimed}, 203.0.113.9` };
      const address = `http://localhost:${behind.environment['ISSUER_PORT']}/invitation/none`;
      statuses.push((await fetch(address, { headers })).status);
    }
    await behind.stop();
    expect(statuses).toEqual([404, 404, 429]);
  });
});
