/** A partner that knows a name and a password alone, and is spoken to in the clear. */
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { openSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { loadIdentity, type ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { residenceKey, tenantId } from '../tenancy/ids.ts';
import { sealCompanyPassword } from './company-password.ts';
import { type Contract, parseContract } from './contract.ts';
import { createPartnerMetrics } from './metrics.ts';
import { createPartner, type Partner } from './partner.ts';

interface paths {
  '/lamps': { get: { responses: { 200: { content: { 'application/json': string[] } } } } };
}

const PASSWORD = 'a password with "quotes" and ümlauts';
const CONTRACT = `
partner: bench
versions: { v1: {} }
purpose: Try a partner without certificates
dataClasses: [lamps]
environments:
  development: { address: '\${BENCH_URL:-}', networks: [127.0.0.0/8, '::1/128'] }
  production: { address: '\${BENCH_URL}', networks: [10.0.0.0/8] }
transport: http
unencrypted: It stands on the same bench.
authentication: { method: login, loginPath: /login }
limits: { requests: { perSecond: 500 }, concurrency: 8, concurrencyPerCompany: 4 }
timeouts: { connectMilliseconds: 500, attemptMilliseconds: 600 }
retries: { attempts: 1, firstDelayMilliseconds: 5, greatestDelayMilliseconds: 50 }
breaker: { consecutiveFailures: 1000, openMilliseconds: 200 }
errors: { emptyList: PARTNER_UNAVAILABLE }
companies:
  riverside: { clientId: commonhold-riverside, version: v1, residences: bench- }
contacts: { technical: t@partner.example, security: s@partner.example, privacy: p@partner.example }
`;

const tokens = new Set<string>();
const received: string[] = [];
let password = PASSWORD;
let lampsThere: readonly string[] = ['lamp'];

async function answer(request: IncomingMessage): Promise<readonly [status: number, body: unknown]> {
  received.push(`${request.method} ${request.url}`);
  if (request.url === '/login') {
    const given = JSON.parse(await text(request));
    if (given.username !== 'commonhold-riverside' || given.password !== password) return [403, {}];
    const token = `token-${received.length}`;
    tokens.add(token);
    return [201, { access_token: token, token_type: 'Bearer', expires_in: 3_600 }];
  }
  return tokens.has(request.headers.authorization?.slice('Bearer '.length) ?? '') ? [200, lampsThere] : [401, {}];
}

const server = createServer((request, response) => {
  void answer(request).then(([status, body]) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  );
});

let folder: string;
let masterKey: MasterKey;
let environment: NodeJS.ProcessEnv;
let identity: ServiceIdentity;
let address: string;
const opened: Partner<{ v1: paths }>[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'login-'));
  environment = { MASTER_KEY_FILE: join(folder, 'master.key') };
  await ensureMasterKey(environment);
  masterKey = await loadMasterKey(environment);
  await ensurePki(join(folder, 'tls'), masterKey);
  identity = await loadIdentity('smart-home', join(folder, 'tls'), masterKey);
  const envelope = createEnvelope(masterKey.ring('envelope:partners'));
  await sealCompanyPassword(folder, envelope, 'bench', 'riverside', PASSWORD);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await Promise.all(opened.map((partner) => partner.close()));
  server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  password = PASSWORD;
  lampsThere = ['lamp'];
  tokens.clear();
  received.length = 0;
});

async function open(changes: Partial<Contract> = {}): Promise<Partner<{ v1: paths }>> {
  const contract = { ...parseContract(CONTRACT, 'bench/contract.yaml', { BENCH_URL: address }), ...changes };
  const metrics = createPartnerMetrics(new Registry(), []);
  const partner = await createPartner<{ v1: paths }>({
    contract,
    identity,
    masterKey,
    secrets: await openSecrets(environment),
    dataDirectory: folder,
    metrics,
  });
  opened.push(partner);
  return partner;
}

const lamps = (partner: Partner<{ v1: paths }>) =>
  partner
    .client('v1', {
      principal: { tenant: tenantId('riverside') },
      requestId: 'request',
      deadline: Date.now() + 5_000,
      signal: new AbortController().signal,
      log: createLog('test', { LOG_LEVEL: 'silent' }),
    })
    .call('get', '/lamps', { schema: z.array(z.string()) });

describe('a partner with a login', () => {
  it('is logged in to once, however many requests need it', async () => {
    const partner = await open();
    await Promise.all(Array.from({ length: 10 }, () => lamps(partner)));
    expect(received.filter((call) => call === 'POST /login')).toHaveLength(1);
  });

  it('is logged in to again when it has forgotten the token', async () => {
    const partner = await open();
    await lamps(partner);
    tokens.clear();
    expect(await lamps(partner)).toEqual(['lamp']);
  });

  it('that takes the password no more refuses the request, and nobody is told the password', async () => {
    password = 'another';
    const error = await lamps(await open()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'PARTNER_REJECTED', mayHaveTakenEffect: false });
    expect(JSON.stringify(error)).not.toContain('quotes');
    expect(received).toEqual(['POST /login']);
  });

  it('has its password on disk in a form that opens at its own place alone', async () => {
    const at = (partner: string) => join(folder, 'partners', partner, 'riverside.password.sealed');
    expect(await readFile(at('bench'), 'utf8')).not.toContain('quotes');
    const partner = 'elsewhere';
    await expect(open({ partner })).rejects.toThrow(
      'The password of riverside at the partner elsewhere is missing: give it to `npm run partner-password --',
    );
    await mkdir(dirname(at(partner)));
    await copyFile(at('bench'), at(partner));
    await expect(open({ partner })).rejects.toThrow('is broken or sealed under another master key');
  });

  it('serves the residences that its contract names', async () => {
    const partner = await open();
    const serves = (company: string, residence: string) => partner.serves(tenantId(company), residenceKey(residence));
    expect(serves('riverside', 'bench-r01')).toBe(true);
    expect(serves('riverside', 'other-r01')).toBe(false);
    expect(serves('northgate', 'bench-r01')).toBe(false);
    expect(serves('toString', 'bench-r01')).toBe(false);
  });
});

describe('a partner that is spoken to in the clear', () => {
  it('is told nothing outside of the networks that its contract names', async () => {
    const error = await lamps(await open({ networks: ['10.0.0.0/8'] })).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'PARTNER_UNAVAILABLE', mayHaveTakenEffect: false });
    expect(received).toEqual([]);
  });

  it.each([
    ['without saying why', /unencrypted: .*\n/, ''],
    ['without naming the networks', /, networks: \[127.*\]/, ''],
    ['at an https address', /\$\{BENCH_URL:-\}/, 'https://localhost'],
  ])('%s keeps the subgraph from starting', (_, member, instead) => {
    const parse = () => parseContract(CONTRACT.replace(member, instead), 'bench/contract.yaml', { BENCH_URL: address });
    expect(parse).toThrow('The partner contract bench/contract.yaml');
  });
});

describe('a partner that is never empty', () => {
  it('is down when it answers with an empty list, and is left alone after some of them', async () => {
    const partner = await open({ breaker: { consecutiveFailures: 2, openMilliseconds: 60_000 } });
    lampsThere = [];
    await expect(lamps(partner)).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
    await expect(lamps(partner)).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
    expect(received.filter((call) => call === 'GET /lamps')).toHaveLength(2);
  });
});

describe('a partner without an address in this environment', () => {
  it('does not answer, and needs no password', async () => {
    const contract = parseContract(CONTRACT, 'bench/contract.yaml', {});
    const partner = await open({ ...contract, address: undefined, partner: 'without-password' });
    await expect(lamps(partner)).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE', mayHaveTakenEffect: false });
  });

  it('is one that production does not start without', () => {
    expect(() => parseContract(CONTRACT, 'bench/contract.yaml', { NODE_ENV: 'production' })).toThrow(
      'Environment variable BENCH_URL is missing',
    );
  });
});
