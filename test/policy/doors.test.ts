/** Who gets to a subgraph or a partner at all: nobody but who has the right certificate and a token made for it. */
import { request as httpsRequest } from 'node:https';
import { createTestIdentities, type TestIdentities } from '@commonhold/kit/testing/identities.ts';
import { type ServiceIdentity, type ServiceName, spiffeId, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { SUBGRAPHS, type SubgraphName } from '@commonhold/schema/subgraphs.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { ask } from '../system/client.ts';
import { system } from '../system/description.ts';
import { callSubgraph, identityOf, subgraphPort } from './subgraph-caller.ts';

const CLAIMS = {
  accessVersion: Number.MAX_SAFE_INTEGER,
  tenant: 'northgate',
  sub: 'northgate-dispatcher',
  policies: ['public'],
  grants: [{ scopes: ['company:read', 'device:read', 'outage:read'], policies: [] }],
};
/** Something of each subgraph that the claims allow, and that says whose it is. */
const QUESTIONS = {
  directory: '{ me { company { slug } } }',
  'smart-home': '{ devices(first: 1) { nodes { id } } }',
  communal: '{ outages { id } }',
} as const;
/** Every path that asks for a token, and who else than the gateway may have one for it. */
const PATHS = {
  directory: [
    ['/graphql', []],
    ['/access', []],
    ['/active', ['issuer']],
    ['/ended', ['issuer']],
    ['/consents', ['smart-home', 'communal']],
    ['/assignments', ['communal']],
  ],
  'smart-home': [['/graphql', []]],
  communal: [['/graphql', []]],
} as const satisfies Record<SubgraphName, readonly (readonly [string, readonly ServiceName[]])[]>;
const CALLERS = ['issuer', 'directory', 'smart-home', 'communal', 'smart-home-sandbox', 'communal-sandbox'] as const;
/** What callers might say of themselves, and what proxies say of callers. */
const IDENTITY_HEADERS = {
  'x-tenant': 'riverside',
  'x-tenant-id': 'riverside',
  'x-company': 'riverside',
  'x-user': 'riverside-company-admin',
  'x-user-id': 'riverside-company-admin',
  'x-subject': 'riverside-company-admin',
  'x-role': 'COMPANY_ADMIN',
  'x-roles': 'COMPANY_ADMIN',
  'x-scopes': 'person:read grant:read',
  'x-forwarded-user': 'company-admin@riverside.example',
  'x-forwarded-client-cert': `URI=${spiffeId('gateway')}`,
  'x-client-cert': spiffeId('gateway'),
  'x-authenticated-userid': 'riverside-company-admin',
  'apollo-federation-include-trace': 'ftv1',
};

let gateway: ServiceIdentity;
let strangers: TestIdentities;
beforeAll(async () => {
  gateway = await identityOf('gateway');
  strangers = await createTestIdentities();
});
afterAll(() => strangers?.remove());

describe.each(SUBGRAPHS)('the subgraph $name', ({ name }) => {
  const statusOf = async (caller: ServiceIdentity, token: string | undefined, path: string): Promise<number> => {
    const connection = callSubgraph(caller, name);
    try {
      return (await connection.send(token, { query: QUESTIONS[name] }, { path, headers: IDENTITY_HEADERS })).status;
    } finally {
      await connection.close();
    }
  };

  it('answers the gateway by a token of its own', async () => {
    const connection = callSubgraph(gateway, name);
    const answer = await connection.ask(await mintServiceToken(gateway, name, CLAIMS), { query: QUESTIONS[name] });
    await connection.close();
    expect(answer.errors).toBeUndefined();
  });

  it('takes the company from the token alone, whatever headers say', async () => {
    const connection = callSubgraph(gateway, name);
    const token = await mintServiceToken(gateway, name, CLAIMS);
    const question = { query: QUESTIONS[name] };
    const [plain, dressed] = [
      await connection.ask(token, question),
      await connection.ask(token, question, { headers: IDENTITY_HEADERS }),
    ];
    await connection.close();
    expect(dressed).toEqual(plain);
  });

  describe.each<readonly [string, readonly ServiceName[]]>(PATHS[name])('%s', (path, welcome) => {
    const others = SUBGRAPHS.map((entry) => entry.name).filter((other) => other !== name);
    const tokens: Readonly<Record<string, () => Promise<string | undefined>>> = {
      'no token': async () => undefined,
      ...Object.fromEntries(
        others.map((other) => [`a token for ${other}`, () => mintServiceToken(gateway, other, CLAIMS)]),
      ),
      'a token that is over': () => signed(name, -120, -90),
      'a token that lives for an hour': () => signed(name, 0, 3600),
      "a token signed with a partner subgraph's key": async () =>
        mintServiceToken({ ...gateway, now: (await identityOf('communal')).now }, name, CLAIMS),
    };

    it.each(Object.entries(tokens))("refuses the gateway's connection with %s", async (_, make) => {
      expect(await statusOf(gateway, await make(), path)).toBe(401);
    });

    it.each(CALLERS)("refuses the gateway's token over a connection of %s", async (caller) => {
      const identity = await identityOf(caller);
      expect(await statusOf(identity, await mintServiceToken(gateway, name, CLAIMS), path)).toBe(401);
    });

    it.each(CALLERS.filter((caller) => !welcome.includes(caller)))(
      'refuses %s with a token of its own',
      async (caller) => {
        const identity = await identityOf(caller);
        expect(await statusOf(identity, await mintServiceToken(identity, name, CLAIMS), path)).toBe(401);
      },
    );

    it('refuses a connection without a certificate, and with one of another authority', async () => {
      const token = await mintServiceToken(gateway, name, CLAIMS);
      const stranger = await strangers.of('gateway');
      const port = subgraphPort(name);
      expect(await connect(port, path, { ca: gateway.authority }, token)).toBe('refused');
      expect(await connect(port, path, { ...tlsMaterial(stranger), ca: gateway.authority }, token)).toBe('refused');
      expect(await connect(port, path, tlsMaterial(gateway), token)).not.toBe('refused');
    });
  });
});

describe.each([
  ['smart-home', 302, '/v1/devices/query'],
  ['communal', 303, '/v1/meters/query'],
] as const)('the sandbox partner %s', (partner, offset, path) => {
  const port = (): number => Number(system().environment.PORT_BASE) + offset;

  it('refuses a connection without a certificate, and with one of another authority', async () => {
    const stranger = await strangers.of(partner);
    expect(await connect(port(), path, { ca: gateway.authority })).toBe('refused');
    expect(await connect(port(), path, { ...tlsMaterial(stranger), ca: gateway.authority })).toBe('refused');
  });

  const others = (['gateway', 'directory', 'smart-home', 'communal'] as const).filter((name) => name !== partner);
  it.each([...others, `${partner}-sandbox` as const])(
    'refuses the certificate of %s, whatever is asked',
    async (name) => {
      const material = tlsMaterial(await identityOf(name));
      for (const asked of [path, '/oauth2/token', '/.well-known/jwks.json', '/sandbox/calls']) {
        expect(await connect(port(), asked, material)).toBe(403);
      }
    },
  );

  it('refuses its own subgraph without a token, and with one that it did not give', async () => {
    const identity = await identityOf(partner);
    const material = tlsMaterial(identity);
    expect(await connect(port(), path, material)).toBe(401);
    expect(await connect(port(), path, material, await mintServiceToken(identity, `${partner}-sandbox`, CLAIMS))).toBe(
      401,
    );
  });
});

describe('the gateway', () => {
  const query = '{ me { subject company { slug } roles } }';

  it('takes who asks from the access token alone, whatever headers say', async () => {
    const plain = await ask('analyst@northgate.example', query);
    const dressed = await ask('analyst@northgate.example', query, {}, IDENTITY_HEADERS);
    expect(plain.body.data).toMatchObject({ me: { subject: 'northgate-analyst', roles: ['ANALYST'] } });
    expect(dressed.body).toEqual(plain.body);
  });

  it('lets nobody in by headers', async () => {
    const { status, body } = await ask(undefined, query, {}, IDENTITY_HEADERS);
    expect(status).toBe(401);
    expect(body.data).toBeUndefined();
  });

  it('takes no token that was made for a subgraph', async () => {
    const token = await mintServiceToken(gateway, 'directory', CLAIMS);
    const { status } = await ask(undefined, query, {}, { authorization: `Bearer ${token}` });
    expect(status).toBe(401);
  });
});

/** A token of the gateway for `audience` with these instants, in seconds from now. */
async function signed(audience: ServiceName, issuedAt: number, expiresAt: number): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT(CLAIMS)
    .setProtectedHeader({ alg: 'ES256', typ: 'service+jwt' })
    .setIssuer(spiffeId('gateway'))
    .setAudience(spiffeId(audience))
    .setIssuedAt(now + issuedAt)
    .setExpirationTime(now + expiresAt)
    .setJti(crypto.randomUUID())
    .sign(gateway.privateKey);
}

/** The status of an answer, or that there is none because the connection was refused. */
function connect(port: number, path: string, material: object, token?: string): Promise<number | 'refused'> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  return new Promise((resolve) => {
    const request = httpsRequest({ host: 'localhost', port, path, method: 'POST', agent: false, headers, ...material });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 'refused');
    });
    request.on('error', () => resolve('refused'));
    request.end('{}');
  });
}
