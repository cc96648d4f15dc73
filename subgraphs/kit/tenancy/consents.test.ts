import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { json } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { verifyServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestIdentities, type TestIdentities } from '../testing/identities.ts';
import { type ConsentDirectory, type Consents, createConsentDirectory } from './consents.ts';
import { type ResidenceKey, residenceKey, tenantId } from './ids.ts';

interface Asked {
  readonly tenant: unknown;
  readonly body: unknown;
}

const keys = (...names: string[]): ResidenceKey[] => names.map(residenceKey);

let identities: TestIdentities;
let directory: Server;
let consents: ConsentDirectory;
let url: URL;
let answer: { status: number; body: string };
const asked: Asked[] = [];

beforeAll(async () => {
  identities = await createTestIdentities();
  directory = createServer(
    { ...tlsMaterial(await identities.of('directory')), requestCert: true, rejectUnauthorized: true },
    async (request, response) => {
      const token = (request.headers.authorization ?? '').slice('Bearer '.length);
      const certificate = (request.socket as TLSSocket).getPeerX509Certificate();
      const { tenant } = await verifyServiceToken(token, certificate, 'directory', ['communal']);
      asked.push({ tenant, body: await json(request) });
      response.writeHead(answer.status).end(answer.body);
    },
  ).listen(0, 'localhost');
  await once(directory, 'listening');
  const address = directory.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  url = new URL(`https://localhost:${port}`);
  consents = createConsentDirectory(await identities.of('communal'), 'communal', url);
});
afterAll(async () => {
  await consents.close();
  directory.close();
  await identities.remove();
});
beforeEach(() => {
  asked.length = 0;
  answer = { status: 200, body: JSON.stringify({ residences: ['r-1', 'r-3'] }) };
});

const ofRequest = (): Consents =>
  consents.of({ tenant: tenantId('northgate'), requestId: 'test', signal: new AbortController().signal });

describe('consents', () => {
  it('are asked once a request, for one company, with a token of the subgraph', async () => {
    const { inForce } = ofRequest();
    const answers = await Promise.all([inForce(keys('r-1', 'r-2')), inForce(keys('r-2', 'r-3'))]);
    expect(answers).toEqual([new Set(['r-1']), new Set(['r-3'])]);
    expect(await inForce(keys('r-1'))).toEqual(new Set(['r-1']));
    expect(asked).toEqual([{ tenant: 'northgate', body: { partner: 'communal', residences: ['r-1', 'r-2', 'r-3'] } }]);
  });

  it('are asked anew by the next request', async () => {
    await ofRequest().inForce(keys('r-1'));
    answer = { status: 200, body: JSON.stringify({ residences: [] }) };
    expect(await ofRequest().inForce(keys('r-1'))).toEqual(new Set());
  });

  it('are given for what was asked only', async () => {
    expect(await ofRequest().inForce(keys('r-2'))).toEqual(new Set());
  });

  it('of the whole company are asked once', async () => {
    const { all } = ofRequest();
    expect(await Promise.all([all(), all()])).toEqual([new Set(['r-1', 'r-3']), new Set(['r-1', 'r-3'])]);
    expect(asked).toEqual([{ tenant: 'northgate', body: { partner: 'communal' } }]);
  });

  it('are asked of the directory alone: another service at its address is told nothing', async () => {
    directory.setSecureContext(tlsMaterial(await identities.of('communal-sandbox')));
    const anew = createConsentDirectory(await identities.of('communal'), 'communal', url);
    const { inForce } = anew.of({
      tenant: tenantId('northgate'),
      requestId: 'test',
      signal: AbortSignal.timeout(5_000),
    });
    await expect(inForce(keys('r-1'))).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
    expect(asked).toEqual([]);
    directory.setSecureContext(tlsMaterial(await identities.of('directory')));
    await anew.close();
  });

  it.each([
    ['refuses', { status: 401, body: '{}' }],
    ['breaks', { status: 500, body: JSON.stringify({ residences: ['r-1'] }) }],
    ['answers nonsense', { status: 200, body: '{"residences":[1]}' }],
    ['answers no JSON', { status: 200, body: '<html>' }],
  ])('are none, with an error, when the directory %s', async (_, broken) => {
    answer = broken;
    await expect(ofRequest().inForce(keys('r-1'))).rejects.toMatchObject({
      extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
    });
    await expect(ofRequest().all()).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
  });
});
