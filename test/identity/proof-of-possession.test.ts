/** A token that is bound to a key (RFC 9449) is of use to whoever holds that key, for one request at a time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeProofKey, type ProofChanges, type ProofKey } from '@commonhold/development/proof-key.ts';
import { createNonces } from '@commonhold/gateway/authentication/possession/nonces.ts';
import {
  type GatewayAnswer,
  type GatewayUnderTest,
  post,
  startGatewayUnderTest,
} from '@commonhold/gateway/testing/gateway.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateKeyPair } from 'jose';
import { startPostgres } from '../postgres.ts';
import { startProcess, type TestProcess } from '../processes.ts';
import { startRedis } from '../redis.ts';

const ALGORITHMS = 'algs="ES256 Ed25519 EdDSA"';
const BODY = { query: '{ __typename }' };

let gateway: GatewayUnderTest;
let key: ProofKey;
let token: string;

beforeAll(async () => {
  gateway = await startGatewayUnderTest();
  key = await makeProofKey();
  token = await tokenFor(key);
});
afterAll(() => gateway.stop());

const now = (): number => Math.floor(Date.now() / 1000);
const tokenFor = (owner: ProofKey): Promise<string> => gateway.issuer.sign({ cnf: { jkt: owner.thumbprint } });

/** The nonce that the gateway gives out so many minutes from now. */
async function nonceIn(minutes: number): Promise<string> {
  const masterKey = await loadMasterKey(gateway.environment);
  return createNonces(masterKey.derive('gateway:dpop-nonce'), () => Date.now() + minutes * 60_000).current();
}

/** Waits until the minute, which nonces follow, has so many seconds left. */
async function untilMinuteLasts(seconds: number): Promise<void> {
  const left = 60 - (now() % 60);
  if (left < seconds) await wait((left + 1) * 1_000);
}

/** A proof for a POST to the gateway with the token and the nonce of now, but for the changes. */
async function prove(changes: ProofChanges = {}, prover = key, accessToken = token): Promise<string> {
  return prover.prove({ method: 'POST', address: gateway.url, accessToken, nonce: await nonceIn(0) }, changes);
}

function send(proof: string | undefined, accessToken = token, url = gateway.url): Promise<GatewayAnswer> {
  return post(url, BODY, { authorization: `DPoP ${accessToken}`, ...(proof !== undefined && { dpop: proof }) });
}

const challengeOf = ({ status, headers }: GatewayAnswer) => [status, headers.get('www-authenticate')];
const INVALID_PROOF = [401, `DPoP error="invalid_dpop_proof", ${ALGORITHMS}`];
const INVALID_TOKEN = [401, `DPoP error="invalid_token", ${ALGORITHMS}`];
const NONCE_NEEDED = [401, `DPoP error="use_dpop_nonce", ${ALGORITHMS}`];

describe('a proof that fits', () => {
  it('lets its sender in, for each request another one', async () => {
    for (const proof of [await prove(), await prove()]) {
      const { status, body } = await send(proof);
      expect({ status, body }).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
    }
  });

  it('may be of Ed25519', async () => {
    const pair = await generateKeyPair('Ed25519', { extractable: true });
    const { exportJWK, calculateJwkThumbprint } = await import('jose');
    const jwk = await exportJWK(pair.publicKey);
    const accessToken = await gateway.issuer.sign({ cnf: { jkt: await calculateJwkThumbprint(jwk) } });
    const changes = { header: { alg: 'Ed25519', jwk }, signedBy: pair.privateKey };
    expect((await send(await prove(changes, key, accessToken), accessToken)).status).toBe(200);
  });

  it('is made for the address as a whole, however it is written, and for GET too', async () => {
    const { host } = new URL(gateway.url);
    for (const htu of [`${gateway.url}?query=x#y`, `HTTP://${host.toUpperCase()}/./graphql`]) {
      expect((await send(await prove({ claims: { htu } }))).status).toBe(200);
    }
    const response = await fetch(`${gateway.url}?query={__typename}`, {
      headers: {
        authorization: `DPoP ${token}`,
        dpop: await prove({ claims: { htm: 'GET' } }),
        'apollo-require-preflight': '1',
      },
    });
    expect(response.status).toBe(200);
  });

  it('is told the next nonce before its own is over, in an answer that nobody keeps', async () => {
    await untilMinuteLasts(5);
    const { status, headers } = await send(await prove({ claims: { nonce: await nonceIn(-1) } }));
    expect(status).toBe(200);
    expect([await nonceIn(0), await nonceIn(1)]).toContain(headers.get('dpop-nonce'));
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('a proof with a nonce', () => {
  it.each([
    ['missing', async () => undefined],
    ['old', () => nonceIn(-3)],
    ['of the future', () => nonceIn(3)],
    ['of its own making', async () => 'A'.repeat(43)],
    ['empty', async () => ''],
  ])('that is %s is told the one to use', async (_, make) => {
    const refused = await send(await prove({ claims: { nonce: await make() } }));
    expect(challengeOf(refused)).toEqual(NONCE_NEEDED);
    const nonce = refused.headers.get('dpop-nonce');
    expect((await send(await prove({ claims: { nonce } }))).status).toBe(200);
  });
});

/** What may be wrong with a proof, each by itself. */
const FAULTS: Readonly<Record<string, () => ProofChanges | Promise<ProofChanges>>> = {
  'of another method': () => ({ claims: { htm: 'GET' } }),
  'of a method in small letters': () => ({ claims: { htm: 'post' } }),
  'of no method': () => ({ claims: { htm: undefined } }),
  'of another address': () => ({ claims: { htu: 'https://elsewhere.example/graphql' } }),
  'of another path': () => ({ claims: { htu: `${gateway.url}/more` } }),
  'of another port': () => ({ claims: { htu: 'http://localhost:1/graphql' } }),
  'of an address with a user': () => ({ claims: { htu: gateway.url.replace('//', '//user@') } }),
  'of an address that is none': () => ({ claims: { htu: '/graphql' } }),
  'of no address': () => ({ claims: { htu: undefined } }),
  'of another token': () => ({ claims: { ath: Buffer.alloc(32, 1).toString('base64url') } }),
  'of no token': () => ({ claims: { ath: undefined } }),
  'of an hour ago': () => ({ claims: { iat: now() - 3_600 } }),
  'of in an hour': () => ({ claims: { iat: now() + 3_600 } }),
  'of no time': () => ({ claims: { iat: undefined } }),
  'without an id': () => ({ claims: { jti: undefined } }),
  'with an empty id': () => ({ claims: { jti: '' } }),
  'with an endless id': () => ({ claims: { jti: 'x'.repeat(1_000) } }),
  'that has ended': () => ({ claims: { exp: now() - 60 } }),
  'of another type': () => ({ header: { typ: 'JWT' } }),
  'without a type': () => ({ header: { typ: undefined } }),
  'without a key': () => ({ header: { jwk: undefined } }),
  'that shows its private key': () => ({ header: { jwk: key.privateJwk } }),
  'whose key has a private part that is none': () => ({ header: { jwk: { ...key.publicJwk, p: 'AA' } } }),
  'with a key that is no point': () => ({ header: { jwk: { ...key.publicJwk, y: key.publicJwk.x } } }),
  'of a shared secret': () => ({
    header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } },
    signedBy: Buffer.from('AAAA', 'base64url'),
  }),
  'signed by another key than it shows': async () => ({ signedBy: (await makeProofKey()).pair.privateKey }),
};

describe('THREATS 14: a DPoP proof is refused', () => {
  it('when there is none', async () => {
    expect(challengeOf(await send(undefined))).toEqual(INVALID_PROOF);
  });

  it.each(Object.entries(FAULTS))('%s', async (_, fault) => {
    const before = gateway.directory.received.length;
    const answer = await send(await prove(await fault()));
    expect(challengeOf(answer)).toEqual(INVALID_PROOF);
    expect(answer.body.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
    expect(gateway.directory.received.length).toBe(before);
  });

  it.each(['abc', 'a.b.c', '', 'x'.repeat(9_000)])('that is no JWT', async (proof) => {
    expect(challengeOf(await send(proof))).toEqual(INVALID_PROOF);
  });

  it('when there are two', async () => {
    const proofs = [await prove(), await prove()];
    const headers = new Headers({ authorization: `DPoP ${token}`, 'content-type': 'application/json' });
    for (const proof of proofs) headers.append('dpop', proof);
    const { status } = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify(BODY) });
    expect(status).toBe(401);
  });

  it('the second time', async () => {
    const proof = await prove();
    expect((await send(proof)).status).toBe(200);
    expect(challengeOf(await send(proof))).toEqual(INVALID_PROOF);
  });

  it('but once when it is sent many times at the same moment', async () => {
    const proof = await prove();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('with any of these faults together, and with none it is not', async () => {
    const names = fc.subarray(Object.keys(FAULTS), { maxLength: 4 });
    const property = fc.asyncProperty(names, async (chosen) => {
      const all = await Promise.all(chosen.map((name) => FAULTS[name]?.() ?? {}));
      const proof = await prove({
        header: Object.assign({}, ...all.map(({ header }) => header)),
        claims: Object.assign({}, ...all.map(({ claims }) => claims)),
        ...Object.assign({}, ...all.map(({ signedBy }) => signedBy && { signedBy })),
      }).catch(() => 'a proof that no library makes');
      expect((await send(proof)).status).toBe(chosen.length === 0 ? 200 : 401);
    });
    await fc.assert(property, { numRuns: 75 });
  });

  it('with any character changed', async () => {
    const changed = fc.tuple(fc.nat(), fc.constantFrom(...'abcXYZ019-_'));
    const property = fc.asyncProperty(changed, async ([place, character]) => {
      const proof = await prove();
      const index = place % proof.length;
      const altered = proof.slice(0, index) + character + proof.slice(index + 1);
      // The last character of a part may differ in bits that are none of it.
      if (altered === proof || /^(\.|$)/.test(proof.slice(index + 1))) return;
      expect((await send(altered)).status).toBe(401);
    });
    await fc.assert(property, { numRuns: 50 });
  });
});

describe('THREATS 14: a token that is bound to a key', () => {
  it('is nothing with a proof of another key', async () => {
    expect(challengeOf(await send(await prove({}, await makeProofKey())))).toEqual(INVALID_TOKEN);
  });

  it('is nothing as a bearer token, with its proof or without', async () => {
    for (const headers of [{}, { dpop: await prove() }]) {
      const answer = await post(gateway.url, BODY, { authorization: `Bearer ${token}`, ...headers });
      expect(challengeOf(answer)).toEqual([401, `Bearer error="invalid_token", DPoP ${ALGORITHMS}`]);
    }
  });

  it('is nothing over any connection when it is bound to a certificate as well', async () => {
    const cnf = { jkt: key.thumbprint, 'x5t#S256': 'A'.repeat(43) };
    const accessToken = await gateway.issuer.sign({ cnf });
    expect(challengeOf(await send(await prove({}, key, accessToken), accessToken))).toEqual(INVALID_TOKEN);
  });
});

describe('a token that is bound to nothing', () => {
  it('is no better for a proof that goes with it', async () => {
    const accessToken = await gateway.issuer.sign();
    expect(challengeOf(await send(await prove({}, key, accessToken), accessToken))).toEqual(INVALID_TOKEN);
  });
});

describe.each([
  ['Redis', startRedis, 'REDIS_URL'],
  ['PostgreSQL', startPostgres, 'DATABASE_URL'],
])('at two gateways with one %s', (_, start, variable) => {
  let folder: string;
  let store: Awaited<ReturnType<typeof start>>;
  let replicas: readonly { readonly url: string; readonly process: TestProcess }[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replicas-'));
    store = await start();
    const { origin } = new URL(gateway.url);
    replicas = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const port = await freePort();
        const process = await startProcess('gateway/main.ts', {
          ...gateway.environment,
          GATEWAY_ORIGIN: origin,
          GATEWAY_PORT: String(port),
          TLS_DIR: join(gateway.dataDirectory, 'tls'),
          DATA_DIR: join(folder, name),
          [variable]: store.url,
        });
        if (process.child.exitCode !== null) throw new Error(process.output());
        return { url: `http://localhost:${port}/graphql`, process };
      }),
    );
  });
  afterAll(async () => {
    await Promise.all(replicas.map(({ process }) => process.stop()));
    await rm(folder, { recursive: true });
  });

  const sendTo = (index: number, proof: string) => send(proof, token, replicas[index]?.url);

  it('a proof is used once, at whichever it comes first', async () => {
    for (const [first, second] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const proof = await prove();
      expect((await sendTo(first, proof)).status).toBe(200);
      expect(challengeOf(await sendTo(second, proof))).toEqual(INVALID_PROOF);
    }
    const proof = await prove();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => sendTo(index % 2, proof)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('a nonce of one is taken by the other', async () => {
    const nonce = (await sendTo(0, await prove({ claims: { nonce: undefined } }))).headers.get('dpop-nonce');
    expect((await sendTo(1, await prove({ claims: { nonce } }))).status).toBe(200);
  });

  it('nobody with a bound token is let in when that store has gone, and they are not ready', async () => {
    await store.stop();
    const { status, body } = await sendTo(0, await prove());
    expect([status, body.errors?.[0]?.extensions]).toEqual([503, { code: 'SUBGRAPH_UNAVAILABLE' }]);
    const health = new URL('/health/ready', replicas[0]?.url);
    expect(await (await fetch(health)).json()).toMatchObject({ checks: { proofs: 'not ready' } });
  });
});
