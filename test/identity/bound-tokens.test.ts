/** Which roles count only with a token that is bound to a key or to a certificate, and what whoever has another one is told. */
import { fetchWithToken, type HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import { makeProofKey, type ProofKey } from '@commonhold/development/proof-key.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '@commonhold/gateway/testing/gateway.ts';
import { ROLES, type Role } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess } from '../processes.ts';
import { post } from '../system/client.ts';
import { system } from '../system/description.ts';

const PROOFS = ['ES256', 'Ed25519', 'EdDSA'];
const CHALLENGE =
  'DPoP error="invalid_token", error_description="An access token that is bound to a key or to a certificate is needed.", algs="ES256 Ed25519 EdDSA"';

const rolesThat = (boundTokens: 'everybody' | 'services'): readonly Role[] =>
  (Object.keys(ROLES) as Role[]).filter((role) => ROLES[role].boundTokens === boundTokens);

let gateway: GatewayUnderTest;
let key: ProofKey;
beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  key = await makeProofKey();
});
afterAll(() => gateway.stop());

const unbound = async (): Promise<HeldToken> => ({ accessToken: await gateway.issuer.sign() });
const bound = async (changes = {}): Promise<HeldToken> => ({
  accessToken: await gateway.issuer.sign({ cnf: { jkt: key.thumbprint }, ...changes }),
  key,
});
const holding = (...roles: readonly Role[]) => {
  gateway.directory.access = { active: true, kind: 'person', grants: roles.map((role) => ({ role })) };
};
const fetches = (): number => gateway.directory.received.filter(({ url }) => url === '/graphql').length;

it('the widest roles are among them', () => {
  expect(rolesThat('everybody')).toEqual(['SECURITY_OFFICER', 'COMPANY_ADMIN']);
});

describe.each(rolesThat('everybody'))('%s', (role) => {
  it('is nothing with a token that is bound to nothing, and is told which proofs would do', async () => {
    holding(role);
    const { status, headers, body } = await post(
      gateway.url,
      { query: '{ people(first: 1) { nodes { id } } }' },
      {},
      await unbound(),
    );

    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe(CHALLENGE);
    expect(body.errors?.[0]?.extensions).toEqual({ code: 'BOUND_TOKEN_REQUIRED', proofAlgorithms: PROOFS });
  });

  it('counts with one that is bound', async () => {
    holding(role);
    gateway.directory.answer = () => ({ data: { company: null, people: { nodes: [] } } });
    const { status, body } = await post(
      gateway.url,
      { query: '{ people(first: 1) { nodes { id } } }' },
      {},
      await bound(),
    );

    expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
  });

  it('adds nothing to another role of the same person, and each path says what would open it', async () => {
    holding('INTEGRATION_MANAGER', role);
    const query = '{ people(first: 1) { nodes { id } } devices(first: 1) { nodes { id } } }';
    const before = fetches();
    const { status, body } = await post(gateway.url, { query }, {}, await unbound());

    expect(status).toBe(200);
    expect(body.data).toEqual({ people: null, devices: null });
    expect(body.errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
      [['people'], { code: 'BOUND_TOKEN_REQUIRED', proofAlgorithms: PROOFS }],
      [['devices'], { code: 'UNAUTHORIZED_FIELD_OR_TYPE' }],
    ]);
    expect(fetches()).toBe(before);
  });

  it('is not sent on to a subgraph with an unbound token', async () => {
    holding('INTEGRATION_MANAGER', role);
    gateway.directory.answer = () => ({ data: { consents: { nodes: [] } } });
    await post(gateway.url, { query: '{ consents(first: 1) { nodes { id } } }' }, {}, await unbound());
    const { claims } = gateway.directory.received.findLast(({ url }) => url === '/graphql') ?? {};

    expect(JSON.stringify(claims?.['grants'])).toContain('consent:read');
    expect(JSON.stringify(claims?.['grants'])).not.toContain('person:read');
  });

  it('is said to need another token, not a newer login', async () => {
    holding('INTEGRATION_MANAGER', role);
    const old = { auth_time: Math.floor(Date.now() / 1000) - 3_600 };
    const query = '{ people(first: 1) { nodes { id } } }';
    const { body } = await post(gateway.url, { query }, {}, { accessToken: await gateway.issuer.sign(old) });

    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BOUND_TOKEN_REQUIRED' });
  });
});

describe('with a bearer token of the command line', () => {
  const environment = () => ({ ...process.env, ...system().environment });
  const tokenOf = (email: string, isBound: boolean) =>
    obtainToken({ environment: environment(), email, clientId: 'commonhold-cli', isBound });
  const ME = { query: '{ me { roles } }' };

  it('somebody whose role asks for nothing goes on', async () => {
    const token = await tokenOf('dispatcher@northgate.example', false);
    const { status, body } = await post(system().graphqlUrl, ME, { authorization: `Bearer ${token.accessToken}` });

    expect({ status, data: body.data }).toEqual({ status: 200, data: { me: { roles: ['DISPATCHER'] } } });
  });

  it('a company admin gets nowhere, and with one that is bound to a key they do', async () => {
    const email = 'company-admin@northgate.example';
    const bearer = await post(system().graphqlUrl, ME, {}, await tokenOf(email, false));
    const proved = await fetchWithToken(await tokenOf(email, true), system().graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ME),
    });

    expect([bearer.status, bearer.body.errors?.[0]?.extensions?.['code']]).toEqual([401, 'BOUND_TOKEN_REQUIRED']);
    expect([proved.status, await proved.json()]).toEqual([200, { data: { me: { roles: ['COMPANY_ADMIN'] } } }]);
  });
});

describe('on the command line', () => {
  const run = async (entry: string, ...args: readonly string[]) => {
    const { exit, output } = await startProcess(entry, { ...system().environment }, args);
    return { code: await exit, output: output() };
  };

  it.each([
    ['security-officer@riverside.example', 'SECURITY_OFFICER'],
    ['riverside-reporting', 'ANALYST'],
  ])('`npm run query` asks as %s, who needs a bound token', async (name, role) => {
    const { code, output } = await run('development/query.ts', name, '{ me { roles } }');

    expect({ code, answer: JSON.parse(output) }).toEqual({ code: 0, answer: { data: { me: { roles: [role] } } } });
  });

  it("`npm run token` says what else a service's token needs", async () => {
    const { code, output } = await run('development/token.ts', 'northgate-reporting');

    expect(code).toBe(0);
    expect(output).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+$/m);
    expect(output).toContain('npm run --silent query -- northgate-reporting');
  });
});
