/** Two replicas of a subgraph, which share their count in a real Redis, before a partner that notes when it is asked. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { ensurePki } from '@commonhold/development/pki.ts';
import { createLog } from '@commonhold/platform/log.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { openSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { loadIdentity, type ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { startRedis, type TestRedis } from '@commonhold/test/redis.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { tenantId } from '../tenancy/ids.ts';
import { sealCompanyPassword } from './company-password.ts';
import { parseContract } from './contract.ts';
import { createPartnerMetrics } from './metrics.ts';
import { createPartner, type Partner } from './partner.ts';
import type { PartnerError } from './partner-error.ts';

interface paths {
  '/lamps': { get: { responses: { 200: { content: { 'application/json': string[] } } } } };
}

const COMPANIES = ['northgate', 'riverside'] as const;
type Company = (typeof COMPANIES)[number];

const contractOf = (partner: string, limits: string) => `
partner: ${partner}
versions: { v1: {} }
purpose: Count requests
dataClasses: [lamps]
environments:
  development: { address: '\${BENCH_URL}', networks: [127.0.0.0/8] }
  production: { address: '\${BENCH_URL}', networks: [127.0.0.0/8] }
transport: http
unencrypted: It stands on the same bench.
authentication: { method: login, loginPath: /login }
limits: { ${limits}, concurrency: 100, concurrencyPerCompany: 60, queueMilliseconds: 20000 }
timeouts: { connectMilliseconds: 2000, attemptMilliseconds: 20000 }
retries: { attempts: 0, firstDelayMilliseconds: 5, greatestDelayMilliseconds: 50 }
breaker: { consecutiveFailures: 1000, openMilliseconds: 200 }
companies:
  northgate: { clientId: commonhold-northgate, version: v1 }
  riverside: { clientId: commonhold-riverside, version: v1 }
contacts: { technical: t@partner.example, security: s@partner.example, privacy: p@partner.example }
`;

interface Arrival {
  readonly at: number;
  readonly company: string;
}

let arrivals: Arrival[] = [];
const server = createServer((request, response) => {
  const at = performance.now();
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    const isLogin = request.url === '/login';
    const company = isLogin ? JSON.parse(body).username : request.headers.authorization?.replace('Bearer ', '');
    arrivals.push({ at, company: company.replace('commonhold-', '') });
    const answer = isLogin ? { access_token: company, token_type: 'Bearer', expires_in: 3_600 } : ['lamp'];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
});

let folder: string;
let environment: NodeJS.ProcessEnv;
let masterKey: MasterKey;
let identity: ServiceIdentity;
let redis: TestRedis;
let opened: Partner<{ v1: paths }>[] = [];
let partners = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agreed-rate-'));
  environment = { MASTER_KEY_FILE: join(folder, 'master.key') };
  await ensureMasterKey(environment);
  masterKey = await loadMasterKey(environment);
  await ensurePki(join(folder, 'tls'), masterKey);
  identity = await loadIdentity('smart-home', join(folder, 'tls'), masterKey);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  redis = await startRedis();
});
afterEach(async () => {
  await Promise.all(opened.map((partner) => partner.close()));
  opened = [];
  arrivals = [];
});
afterAll(async () => {
  await redis.stop();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** A partner of its own, as each of so many replicas sees it. */
async function replicas(count: number, limits: string, address?: string): Promise<readonly Partner<{ v1: paths }>[]> {
  partners += 1;
  const name = `bench-${partners}`;
  const envelope = createEnvelope(masterKey.ring('envelope:partners'));
  for (const company of COMPANIES) await sealCompanyPassword(folder, envelope, name, company, 'password');
  const { port } = server.address() as AddressInfo;
  const contract = parseContract(contractOf(name, limits), name, { BENCH_URL: `http://127.0.0.1:${port}` });
  const secrets = await openSecrets(environment);
  const parts = { contract, identity, masterKey, secrets, dataDirectory: folder };
  const made = await Promise.all(
    Array.from({ length: count }, () =>
      createPartner<{ v1: paths }>({ ...parts, metrics: createPartnerMetrics(new Registry(), []), redis: address }),
    ),
  );
  opened.push(...made);
  if (address !== undefined) await pause(200);
  return made;
}

const ask = (partner: Partner<{ v1: paths }> | undefined, company: Company): Promise<'ok' | PartnerError> => {
  if (!partner) throw new Error('there is no such replica');
  return partner
    .client('v1', {
      principal: { tenant: tenantId(company) },
      requestId: 'request',
      deadline: Date.now() + 60_000,
      signal: new AbortController().signal,
      log: createLog('test', { LOG_LEVEL: 'silent' }),
    })
    .call('get', '/lamps', { schema: z.array(z.string()) })
    .then(
      () => 'ok' as const,
      (error: PartnerError) => error,
    );
};

/** Most arrivals in any second, wherever it begins. */
function mostInASecond(noted: readonly Arrival[]): number {
  const times = noted.map(({ at }) => at).toSorted((one, other) => one - other);
  return Math.max(0, ...times.map((at, index) => times.slice(index).filter((later) => later < at + 1_000).length));
}

const bursts = fc.array(
  fc.record({
    replica: fc.nat({ max: 1 }),
    company: fc.constantFrom(...COMPANIES),
    requests: fc.integer({ min: 1, max: 25 }),
    pauseMilliseconds: fc.integer({ min: 0, max: 700 }),
  }),
  { minLength: 5, maxLength: 8 },
);

describe('the agreed rate', () => {
  it.each([
    ['by two replicas that share their count', 2, () => redis.url],
    ['by a process alone', 1, () => undefined],
  ])('is not exceeded in any second %s', async (_, count, address) => {
    await fc.assert(
      fc.asyncProperty(bursts, async (plan) => {
        arrivals = [];
        const limits = 'requests: { perSecond: 20 }, requestsPerCompany: { perSecond: 12 }';
        const asked = await replicas(count, limits, address());
        const answers: Promise<'ok' | PartnerError>[] = [];
        for (const { replica, company, requests, pauseMilliseconds } of plan) {
          for (let sent = 0; sent < requests; sent += 1) answers.push(ask(asked[replica % count], company));
          await pause(pauseMilliseconds);
        }
        expect(new Set(await Promise.all(answers))).toEqual(new Set(['ok']));
        expect(mostInASecond(arrivals)).toBeLessThanOrEqual(20);
        for (const company of COMPANIES) {
          expect(mostInASecond(arrivals.filter((arrival) => arrival.company === company))).toBeLessThanOrEqual(12);
        }
        expect(arrivals.length).toBeGreaterThan(answers.length);
      }),
      { numRuns: 2, endOnFailure: true },
    );
  });

  it('is divided between companies, however much one of them asks', async () => {
    const [partner] = await replicas(1, 'requests: { perSecond: 10 }');
    await ask(partner, 'northgate');
    await ask(partner, 'riverside');
    const many = Array.from({ length: 30 }, () => ask(partner, 'northgate'));
    await pause(100);
    const few = Array.from({ length: 5 }, () => ask(partner, 'riverside'));
    await Promise.all(few);
    const before = arrivals.filter(({ company }) => company === 'northgate').length;
    // All of its thirty and more, if it were first come, first served.
    expect(before).toBeLessThan(25);
    await Promise.all(many);
  });
});

describe('an agreed day', () => {
  it.each([
    ['all replicas together', () => redis.url],
    ['a process alone', () => undefined],
  ])('that is used up by %s is said with the time to wait, and the partner is left alone', async (_, address) => {
    const asked = await replicas(2, 'requests: { perSecond: 50 }, requestsPerCompany: { perDay: 6 }', address());
    const [first, second] = address() === undefined ? [asked[0], asked[0]] : asked;
    for (let sent = 0; sent < 4; sent += 1) expect(await ask(first, 'riverside')).toBe('ok');
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(second, 'riverside')));
    const refused = answers.filter((answer) => answer !== 'ok');
    expect(refused.length).toBeGreaterThanOrEqual(7);
    for (const error of refused) {
      expect(error).toMatchObject({ code: 'PARTNER_RATE_LIMITED', mayHaveTakenEffect: false });
      expect(error.extensions['retryAfterSeconds']).toBeGreaterThan(86_000);
    }
    expect(arrivals.filter(({ company }) => company === 'riverside').length).toBe(6);
    expect(await ask(second, 'northgate')).toBe('ok');
  });
});

describe('a count that replicas share', () => {
  it('refuses everything while it does not answer, and goes on afterwards', async () => {
    const gone = await startRedis();
    const [partner] = await replicas(1, 'requests: { perSecond: 50 }', gone.url);
    expect(await ask(partner, 'northgate')).toBe('ok');
    const before = arrivals.length;
    await gone.stop();
    expect(await ask(partner, 'northgate')).toMatchObject({ code: 'PARTNER_RATE_LIMITED', mayHaveTakenEffect: false });
    expect(arrivals).toHaveLength(before);
  });
});
