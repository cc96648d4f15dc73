/** Between processes: nobody gets in without a certificate of ours, and personal values are encrypted once more. */
import { createServer } from 'node:https';
import { type ConnectionOptions, connect } from 'node:tls';
import { openConnection } from '@commonhold/gateway/execution/connection.ts';
import { listenOnFreePort } from '@commonhold/gateway/testing/listen.ts';
import { loadCompanyKeys } from '@commonhold/kit/partner/company-keys.ts';
import { parseContract } from '@commonhold/kit/partner/contract.ts';
import { CONTRACT } from '@commonhold/kit/partner/tiny-partner.ts';
import { createTransport } from '@commonhold/kit/partner/transport.ts';
import { residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createTestIdentities, type TestIdentities } from '@commonhold/kit/testing/identities.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { loadMasterKey, type MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { openSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { loadIdentity, type ServiceName, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compactDecrypt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { ask } from '../system/client.ts';
import { system } from '../system/description.ts';
import { connectToSandbox, type SandboxConnection, sandboxCalls } from '../system/sandbox.ts';

const SUBGRAPHS = { directory: 201, 'smart-home': 202, communal: 203 } as const;
const DOORS = { ...SUBGRAPHS, 'smart-home-sandbox': 302, 'communal-sandbox': 303 } as const;
/** Who may ask at each door, and who of our own may not. */
const CALLERS: Readonly<Record<keyof typeof DOORS, readonly [ServiceName, ServiceName]>> = {
  directory: ['gateway', 'communal-sandbox'],
  'smart-home': ['gateway', 'communal'],
  communal: ['gateway', 'smart-home'],
  'smart-home-sandbox': ['smart-home', 'communal'],
  'communal-sandbox': ['communal', 'gateway'],
};

let masterKey: MasterKey;
let strangers: TestIdentities;
beforeAll(async () => {
  masterKey = await loadMasterKey({ ...system().environment });
  strangers = await createTestIdentities();
});
afterAll(() => strangers.remove());

const identity = (name: ServiceName) => loadIdentity(name, `${system().environment.DATA_DIR}/tls`, masterKey);
const portOf = (door: keyof typeof DOORS): number => Number(system().environment.PORT_BASE) + DOORS[door];

/** What comes back over TLS: the protocol and the status, or that there was no answer. */
function knock(door: keyof typeof DOORS, options: ConnectionOptions, token = ''): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: portOf(door), host: 'localhost', ...options });
    const headers = ['host: localhost', 'content-length: 0', `authorization: Bearer ${token}`];
    socket.on('secureConnect', () => socket.write(`POST /graphql HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`));
    socket.on('data', (data) => {
      resolve(`${socket.getProtocol()} ${data.toString().split(' ')[1]}`);
      socket.destroy();
    });
    socket.on('error', () => resolve('refused'));
    socket.on('close', () => resolve('refused'));
  });
}

/** With a certificate and a token of its own. */
async function knockAs(
  caller: ServiceName,
  door: keyof typeof DOORS,
  options: ConnectionOptions = {},
): Promise<string> {
  const own = await identity(caller);
  const accessVersion = Number.MAX_SAFE_INTEGER;
  const claims = { tenant: 'northgate', policies: ['public'], grants: [], accessVersion };
  return knock(door, { ...tlsMaterial(own), ...options }, await mintServiceToken(own, door, claims));
}

describe.each(Object.keys(DOORS) as (keyof typeof DOORS)[])('the door of %s', (door) => {
  const [caller, other] = CALLERS[door];

  it('is opened by TLS 1.3 to who has a certificate of our authority', async () => {
    expect(await knockAs(caller, door)).toMatch(/^TLSv1\.3 (400|404|415)$/);
  });

  it('is shut without TLS', async () => {
    await expect(fetch(`http://localhost:${portOf(door)}/health/live`)).rejects.toThrow('fetch failed');
  });

  it('is shut without a certificate, and with one of another authority', async () => {
    const { ca } = tlsMaterial(await identity(caller));
    expect(await knock(door, { ca })).toBe('refused');
    expect(await knock(door, { ...tlsMaterial(await strangers.of(caller)), ca })).toBe('refused');
  });

  it('is shut for those of our own who have no business there', async () => {
    expect(await knockAs(other, door)).toMatch(/^TLSv1\.3 (401|403)$/);
  });
});

describe.each(Object.keys(SUBGRAPHS) as (keyof typeof SUBGRAPHS)[])('the door of %s', (door) => {
  it('is shut for TLS 1.2', async () => {
    expect(await knockAs('gateway', door, { maxVersion: 'TLSv1.2' })).toBe('refused');
  });
});

describe('who calls', () => {
  const clients = {
    'the gateway, its subgraphs': async (url: string) => {
      const connection = openConnection({ identity: await strangers.of('gateway'), peer: 'smart-home' });
      const request = { headers: {}, body: 'personal', signal: AbortSignal.timeout(5_000) };
      return connection.post(url, request).finally(() => connection.close());
    },
    'a subgraph, its partner': async (url: string) => {
      const contract = parseContract(CONTRACT, 'contract.yaml', { TINY_PORT: new URL(url).port });
      const transport = createTransport(
        { ...contract, address: new URL(url).origin, peer: 'spiffe://commonhold/smart-home' },
        await strangers.of('smart-home'),
      );
      const exchange = { method: 'POST', path: '/', headers: {}, body: 'personal' } as const;
      return transport.send({ ...exchange, signal: AbortSignal.timeout(5_000) }).finally(() => transport.close());
    },
  };

  /** @returns what a server with such a certificate was sent */
  const sentTo = async (certificate: object, call: (url: string) => Promise<unknown>): Promise<readonly string[]> => {
    const received: string[] = [];
    const server = createServer({ requestCert: true, ...certificate }, (request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => received.push(chunk));
      request.on('end', () => response.end());
    });
    const { port, stop } = await listenOnFreePort(server);
    await call(`https://localhost:${port}/`).catch(() => undefined);
    await stop();
    return received;
  };

  it.each(Object.entries(clients))('%s, tells them alone', async (_, call) => {
    expect(await sentTo(tlsMaterial(await strangers.of('smart-home')), call)).toEqual(['personal']);
    expect(await sentTo(tlsMaterial(await strangers.of('communal')), call)).toEqual([]);
    expect(await sentTo(tlsMaterial(await identity('smart-home')), call)).toEqual([]);
  });

  it('the gateway speaks TLS 1.3 and nothing older', async () => {
    const old = { ...tlsMaterial(await strangers.of('smart-home')), maxVersion: 'TLSv1.2' };
    expect(await sentTo(old, clients['the gateway, its subgraphs'])).toEqual([]);
  });
});

describe('personal values on the wire to and from a partner', () => {
  const HOME = 'northgate-p01-r01';
  const PERSONA = 'resident@northgate.example';
  const items = z.object({ items: z.array(z.looseObject({ id: z.string() })) });
  const fields = [
    {
      partner: 'communal',
      path: '/v1/accounts/query',
      member: 'personal',
      holds: /"holderName":"\w+ \w+ \(northgate\)"/,
    },
    {
      partner: 'communal',
      path: '/v1/service-requests/query',
      member: 'description',
      holds: /\w/,
    },
    { partner: 'smart-home', path: '/v1/devices/query', member: 'presence', holds: /"occupied":(true|false)/ },
    {
      partner: 'smart-home',
      path: '/v1/device-events/query',
      member: 'detail',
      holds: /"kind":"(locked|unlocked|motion)"/,
    },
  ] as const;
  let sandboxes: Readonly<Record<'smart-home' | 'communal', SandboxConnection>>;
  beforeAll(async () => {
    sandboxes = { 'smart-home': await connectToSandbox('smart-home'), communal: await connectToSandbox('communal') };
    // The partners have given the company's tokens then.
    await ask(PERSONA, '{ residences(first: 1) { nodes { devices { nodes { name } } account { meters { kind } } } } }');
  });
  afterAll(() => Promise.all(Object.values(sandboxes).map((sandbox) => sandbox.close())));

  it.each(fields)('are encrypted for the company: $partner $path', async ({ partner, path, member, holds }) => {
    const answers = await askAsCompany(sandboxes[partner], path);
    const values = answers.flatMap(({ records }) => records.map((record) => record[member])).filter(isText);
    const environment = { ...system().environment };
    const parts = {
      secrets: await openSecrets(environment),
      envelope: createEnvelope(masterKey.ring('envelope:partners')),
      dataDirectory: environment.DATA_DIR,
    };
    const [{ decryption }] = (await loadCompanyKeys(parts, partner, 'northgate'))();
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      expect(decodeProtectedHeader(value)).toMatchObject({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: decryption.id });
      const { plaintext } = await compactDecrypt(value, decryption.key);
      const clear = new TextDecoder().decode(plaintext);
      expect(clear).toMatch(holds);
      for (const { text } of answers) expect(text).not.toContain(clear);
    }
  });

  it('are encrypted for the partner', async () => {
    const description = 'The canary sings in the kitchen';
    const input = {
      residence: residenceId(tenantId('northgate'), residenceKey(HOME)),
      category: 'OTHER',
      description,
      idempotencyKey: crypto.randomUUID(),
    };
    const { body, requestId } = await ask(
      PERSONA,
      `mutation ($input: CreateServiceRequestInput!) {
        createServiceRequest(input: $input) { serviceRequest { description } }
      }`,
      { input },
    );
    expect(body).toEqual({ data: { createServiceRequest: { serviceRequest: { description } } } });
    const calls = await sandboxCalls('communal', requestId);
    const sent = calls.find(({ operation }) => operation === 'createServiceRequest')?.asked ?? [];
    expect(JSON.stringify(calls)).not.toContain('canary');
    expect(sent.filter((text) => /^eyJ[\w-]+(\.[\w-]+){4}$/.test(text)).map(decodeProtectedHeader)).toMatchObject([
      { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' },
    ]);
  });

  /** Asks as the subgraph does, with each company's token: of this residence only its own company gets anything. */
  async function askAsCompany(sandbox: SandboxConnection, path: string) {
    const tokens = await sandbox.tokens();
    const read = async (route: string, question: object) =>
      Promise.all(
        tokens.map(async (token) => {
          const text = await sandbox.wire(route, question, token);
          return { text, records: items.parse(JSON.parse(text)).items };
        }),
      );
    if (path !== '/v1/device-events/query') return read(path, { residences: [HOME] });
    const devices = (await read('/v1/devices/query', { residences: [HOME] })).flatMap(({ records }) => records);
    return read(path, { devices: devices.map(({ id }) => id), limit: 5 });
  }
});

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
