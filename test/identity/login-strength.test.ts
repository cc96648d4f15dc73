/** What the gateway makes of how somebody logged in, as the token says: whatever the client claims, it looks by itself. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProofKey, type ProofKey } from '@commonhold/development/proof-key.ts';
import { DISPATCHER } from '@commonhold/gateway/testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '@commonhold/gateway/testing/gateway.ts';
import type { Changes } from '@commonhold/gateway/testing/issuer.ts';
import { SUPERGRAPH_FILE } from '@commonhold/schema/generated-files.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Answer, post } from '../system/client.ts';

/** Goes with every challenge: which proofs of possession are taken. */
const PROOFS = 'algs="ES256 Ed25519 EdDSA"';
const MFA = 'urn:commonhold:acr:mfa';
const PHR = 'urn:commonhold:acr:phr';

const UNLOCK = 'unlockDoor(input: { device: "x", idempotencyKey: "k" }) { command { status } }';
const SET_PROVIDER =
  'setIdentityProvider(input: { issuer: "https://login.one.example", clientId: "c", idempotencyKey: "k" }) { identityProvider { issuer } }';
const REVOKE = 'revokeGrant(input: { grant: "x", idempotencyKey: "k" }) { grant { id } }';
const TECHNICIAN = { role: 'TECHNICIAN', residences: ['r1'] };
const COMPANY_ADMIN = { role: 'COMPANY_ADMIN' };

let gateway: GatewayUnderTest;
let key: ProofKey;

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  key = await makeProofKey();
});
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.directory.access = DISPATCHER;
});

const now = (): number => Math.floor(Date.now() / 1000);
const fetches = (): number => gateway.directory.received.filter(({ url }) => url === '/graphql').length;
const challenge = (...parameters: readonly string[]): string =>
  ['DPoP error="insufficient_user_authentication"', ...parameters, PROOFS].join(', ');

/** Asks after such a login, by default one with two factors just now, for somebody with these grants. */
async function askAfter(login: Changes, query: string, grants: readonly object[]): Promise<Answer> {
  gateway.directory.access = { active: true, kind: 'person', grants };
  return askBound(gateway, query, login);
}

/** With a token that is bound to a key, as roles of the company as a whole need one. */
async function askBound({ url, issuer }: GatewayUnderTest, query: string, login: Changes): Promise<Answer> {
  const accessToken = await issuer.sign({ cnf: { jkt: key.thumbprint }, ...login });
  return post(url, { query }, {}, { accessToken, key });
}

function extensionsOf({ body }: Answer): readonly unknown[] {
  return (body.errors ?? []).map(({ extensions }) => extensions);
}

describe('THREATS 13: no MFA, stale auth_time, for query and mutation', () => {
  const weak: Readonly<Record<string, Changes>> = {
    'says nothing of it': { acr: undefined, amr: undefined },
    'has one factor': { acr: undefined, amr: ['pwd'] },
    'has the acr of another issuer': {
      acr: 'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
      amr: ['pwd'],
    },
    'has an acr that only looks like ours': { acr: `${MFA} `, amr: ['pwd'] },
    'says `mfa`, and not by what': { acr: undefined, amr: ['mfa'] },
    'has two things held, and nothing known': { acr: undefined, amr: ['otp', 'hwk'] },
  };

  describe.each(['{ __typename }', 'mutation { __typename }'])('%s', (query) => {
    it.each(Object.entries(weak))('is refused with the challenge of RFC 9470 when the login %s', async (_, login) => {
      const before = gateway.directory.received.length;
      const answer = await askAfter(login, query, [TECHNICIAN]);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge(`acr_values="${MFA}"`)]);
      expect(extensionsOf(answer)).toEqual([{ code: 'INSUFFICIENT_AUTHENTICATION', acrValues: [MFA] }]);
      expect(gateway.directory.received.length).toBe(before);
    });

    it('is let through when two factors are named, or the class is', async () => {
      for (const login of [{ acr: undefined, amr: ['pwd', 'hwk'] }, { amr: undefined }, { acr: PHR, amr: undefined }]) {
        expect((await askAfter(login, query, [TECHNICIAN])).status).toBe(200);
      }
    });
  });

  it('what asks for a fresh login says how old it may be, and nobody is asked', async () => {
    const before = fetches();
    const answer = await askAfter({ auth_time: now() - 600 }, `mutation { ${UNLOCK} }`, [TECHNICIAN]);
    expect(answer.body).toEqual({
      data: { unlockDoor: null },
      errors: [
        {
          message: 'A new login with a second factor is needed.',
          path: ['unlockDoor'],
          extensions: { code: 'INSUFFICIENT_AUTHENTICATION', acrValues: [MFA], maxAge: 300 },
        },
      ],
    });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      200,
      challenge(`acr_values="${MFA}"`, 'max_age="300"'),
    ]);
    expect(fetches()).toBe(before);
  });

  it.each([
    ['a second too old', () => ({ auth_time: now() - FRESH_MFA_SECONDS - 1 }), 200, 'INSUFFICIENT_AUTHENTICATION'],
    ['not told', () => ({ auth_time: undefined }), 200, 'INSUFFICIENT_AUTHENTICATION'],
    ['in the future', () => ({ auth_time: now() + 60 }), 401, 'UNAUTHENTICATED'],
    ['a text', () => ({ auth_time: String(now()) }), 401, 'UNAUTHENTICATED'],
    ['just now, by one factor', () => ({ acr: undefined, amr: ['mfa'] }), 401, 'INSUFFICIENT_AUTHENTICATION'],
    // Let through: what would carry it out doesn't run here.
    ['just fresh enough', () => ({ auth_time: now() - FRESH_MFA_SECONDS + 5 }), 200, 'SUBGRAPH_UNAVAILABLE'],
  ])('a door is not unlocked, nor the partner asked, after a login that is %s', async (_, login, status, code) => {
    const answer = await askAfter(login(), `mutation { ${UNLOCK} }`, [TECHNICIAN]);
    expect([answer.status, extensionsOf(answer)]).toEqual([status, [expect.objectContaining({ code })]]);
  });

  describe('a query of what asks for a better login', () => {
    let own: GatewayUnderTest;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'commonhold-fresh-query-'));
      const supergraph = await readFile(SUPERGRAPH_FILE, 'utf8');
      const altered = supergraph
        .replace(/\n {2}me: .*/, '$& @policy(policies: [["fresh-mfa"]])')
        .replace(/\n {2}noticeMail: .*/, '$& @policy(policies: [["strong-mfa"]])');
      expect(altered.match(/^ {2}(me|noticeMail): .*-mfa/gm)).toHaveLength(2);
      await writeFile(join(folder, 'supergraph.graphql'), altered);
      own = await startGatewayUnderTest({ SUPERGRAPH: join(folder, 'supergraph.graphql') });
      own.directory.answer = () => ({ data: { me: { subject: 'ada' }, mine: { subject: 'ada' } } });
    });
    afterAll(async () => {
      await own.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const demand = { code: 'INSUFFICIENT_AUTHENTICATION', acrValues: [MFA], maxAge: FRESH_MFA_SECONDS };

    it.each([
      '{ me { subject } }',
      '{ mine: me { subject } }',
      'query { ...F } fragment F on Query { me { subject } }',
    ])('is challenged after an old one, and the subgraph is not asked: %s', async (query) => {
      const answer = await askBound(own, query, { auth_time: now() - FRESH_MFA_SECONDS - 1 });
      expect([answer.status, extensionsOf(answer)]).toEqual([200, [demand]]);
      expect(answer.headers.get('www-authenticate')).toBe(challenge(`acr_values="${MFA}"`, 'max_age="300"'));
      expect(own.directory.received.filter(({ url }) => url === '/graphql')).toEqual([]);
    });

    it('is challenged for a strong one, however old, where that is all', async () => {
      const { data, errors } = (await askBound(own, '{ noticeMail { kind } }', {})).body;
      expect(data).toEqual({ noticeMail: null });
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: demand.code, acrValues: [PHR] }]);
    });

    it('is never challenged for less than the login was, where the rest of the operation needs it', async () => {
      own.directory.answer = () => ({ data: { noticeMail: [] } });
      const old = { acr: PHR, auth_time: now() - FRESH_MFA_SECONDS - 1 };
      const { body } = await askBound(own, '{ me { subject } noticeMail { kind } }', old);
      expect(body.data).toEqual({ me: null, noticeMail: [] });
      expect(body.errors?.map(({ extensions }) => extensions)).toEqual([{ ...demand, acrValues: [PHR] }]);
      own.directory.answer = () => ({ data: { me: { subject: 'ada' } } });
    });

    it('is answered after a fresh one', async () => {
      expect((await askBound(own, '{ me { subject } }', {})).body).toEqual({ data: { me: { subject: 'ada' } } });
    });
  });

  it('a bearer token is challenged by its own scheme', async () => {
    gateway.directory.access = { active: true, kind: 'person', grants: [TECHNICIAN] };
    const challengeTo = async (login: Changes) => {
      const { headers } = await gateway.ask(`mutation { ${UNLOCK} }`, { token: await gateway.issuer.sign(login) });
      return headers.get('www-authenticate');
    };
    const error = 'Bearer error="insufficient_user_authentication"';
    expect(await challengeTo({ acr: undefined, amr: ['pwd'] })).toBe(`${error}, acr_values="${MFA}", DPoP ${PROOFS}`);
    expect(await challengeTo({ auth_time: now() - 600 })).toBe(
      `${error}, acr_values="${MFA}", max_age="300", DPoP ${PROOFS}`,
    );
  });

  it('who could not do it after the best of logins either is told that, not to log in', async () => {
    const answer = await askAfter({ auth_time: now() - 600 }, `mutation { ${UNLOCK} }`, [{ role: 'ANALYST' }]);
    expect(extensionsOf(answer)).toEqual([{ code: 'UNAUTHORIZED_FIELD_OR_TYPE' }]);
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });

  it('a program needs no factor, but only when the directory knows it as one', async () => {
    const program = { sub: 'reporting', client_id: 'reporting', acr: undefined, amr: undefined };
    const statusAs = async (kind: 'service' | 'person'): Promise<number> => {
      gateway.directory.access = { active: true, kind, grants: [{ role: 'ANALYST' }] };
      return (await askBound(gateway, '{ __typename }', program)).status;
    };
    expect([await statusAs('service'), await statusAs('person')]).toEqual([200, 401]);
  });
});

describe('what changes how everybody logs in asks for a login that cannot be phished', () => {
  const refused: Readonly<Record<string, () => Changes>> = {
    'by a code': () => ({}),
    'by a code, named': () => ({ acr: undefined, amr: ['pwd', 'otp'] }),
    'by a key of whatever kind': () => ({ acr: undefined, amr: ['pwd', 'hwk', 'mfa'] }),
    'by two factors, though `amr` says passkey': () => ({ amr: ['phr', 'pop', 'hwk', 'user'] }),
    'by a passkey, a second too long ago': () => ({ acr: PHR, auth_time: now() - FRESH_MFA_SECONDS - 1 }),
  };

  it.each(Object.entries(refused))('and is refused after a login %s', async (_, login) => {
    const before = fetches();
    const answer = await askAfter(login(), `mutation { ${SET_PROVIDER} }`, [COMPANY_ADMIN]);
    expect(extensionsOf(answer)).toEqual([
      { code: 'INSUFFICIENT_AUTHENTICATION', acrValues: [PHR], maxAge: FRESH_MFA_SECONDS },
    ]);
    expect(answer.headers.get('www-authenticate')).toBe(challenge(`acr_values="${PHR}"`, 'max_age="300"'));
    expect(fetches()).toBe(before);
  });

  it('and is let through after a new one by a passkey, of which the subgraph is told', async () => {
    gateway.directory.answer = () => ({ data: { setIdentityProvider: { identityProvider: null } } });
    const answer = await askAfter({ acr: PHR }, `mutation { ${SET_PROVIDER} }`, [COMPANY_ADMIN]);
    expect(answer.body).toEqual({ data: { setIdentityProvider: { identityProvider: null } } });
    const { claims } = gateway.directory.received.findLast(({ url }) => url === '/graphql') ?? {};
    expect(claims?.['policies']).toEqual(['fresh-mfa', 'strong-mfa']);
  });
});

describe('one challenge for all of an answer', () => {
  it('asks for what opens everything that a login can open', async () => {
    const both = `mutation { ${UNLOCK} ${SET_PROVIDER} }`;
    const answer = await askAfter({ auth_time: now() - 600 }, both, [TECHNICIAN, COMPANY_ADMIN]);
    const demand = { code: 'INSUFFICIENT_AUTHENTICATION', acrValues: [PHR], maxAge: FRESH_MFA_SECONDS };
    expect(extensionsOf(answer)).toEqual([demand, demand]);
  });

  it('is in the header only when nothing was carried out, for want of a login alone', async () => {
    gateway.directory.answer = () => ({ data: { revokeGrant: { grant: null } } });
    const old = { auth_time: now() - 600 };
    const headerOf = async (query: string, grants: readonly object[]) =>
      (await askAfter(old, query, grants)).headers.get('www-authenticate');
    expect(await headerOf(`mutation { ${UNLOCK} }`, [TECHNICIAN])).not.toBeNull();
    expect(await headerOf(`mutation { ${REVOKE} ${SET_PROVIDER} }`, [COMPANY_ADMIN])).toBeNull();
    expect(await headerOf(`mutation { ${UNLOCK} ${SET_PROVIDER} }`, [TECHNICIAN])).toBeNull();
  });
});

describe('an issuer with words of its own', () => {
  const within = async (environment: NodeJS.ProcessEnv, look: (own: GatewayUnderTest) => Promise<void>) => {
    const own = await startGatewayUnderTest(environment);
    try {
      await look(own);
    } finally {
      await own.stop();
    }
  };

  it('is understood, of two factors and of strong ones', async () => {
    const words = {
      ISSUER_MFA_ACR: 'gold',
      ISSUER_MFA_AMR: 'pwd+sms',
      ISSUER_STRONG_ACR: 'phr,phrh',
      ISSUER_STRONG_AMR: 'fido+user',
    };
    await within(words, async (own) => {
      own.directory.access = { active: true, kind: 'person', grants: [COMPANY_ADMIN] };
      own.directory.answer = () => ({ data: { setIdentityProvider: { identityProvider: null } } });
      const outcome = async (login: Changes): Promise<unknown> => {
        const { status, body } = await askBound(own, `mutation { ${SET_PROVIDER} }`, login);
        return body.errors?.[0]?.extensions?.['acrValues'] ?? status;
      };
      expect(await outcome({ acr: 'phrh', amr: undefined })).toBe(200);
      expect(await outcome({ acr: undefined, amr: ['user', 'fido'] })).toBe(200);
      expect(await outcome({ acr: 'gold', amr: undefined })).toEqual(['phr', 'phrh']);
      expect(await outcome({ acr: undefined, amr: ['sms', 'pwd'] })).toEqual(['phr', 'phrh']);
      expect(await outcome({ acr: undefined, amr: ['pwd', 'otp'] })).toEqual(['gold']);
      expect(await outcome({})).toEqual(['gold']);
      expect(await outcome({ acr: PHR, amr: undefined })).toEqual(['gold']);
    });
  });

  it('that names nothing strong makes no login strong, and nobody is asked for one', async () => {
    await within({ ISSUER_MFA_ACR: 'gold' }, async (own) => {
      own.directory.access = { active: true, kind: 'person', grants: [COMPANY_ADMIN] };
      const login = { acr: 'gold' };
      const { body } = await askBound(own, `mutation { ${SET_PROVIDER} }`, login);
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
      const shown = await askBound(own, '{ __type(name: "Mutation") { fields { name } } }', login);
      expect(shown.text).toContain('grantRole');
      expect(shown.text).not.toContain('setIdentityProvider');
    });
  });
});
