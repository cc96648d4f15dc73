/** Every kind of key is rotated while requests run, and none of them fails. A product of its own. */
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from 'node:tls';
import { fetchWithToken, gatewayAddress } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken, refreshToken } from '@commonhold/development/obtain-token.ts';
import { loadPersonaKey } from '@commonhold/development/persona-key.ts';
import {
  filesToSealAnew,
  rotateMasterKey,
  rotatePartners,
  rotateTls,
  type SetUp,
} from '@commonhold/development/rotation.ts';
import { readServiceCertificate, servicesTlsDirectory } from '@commonhold/development/service-certificate.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity, type TlsMaterial, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { readMetrics } from '../system/metrics.ts';
import { chooseEnvironment, startProduct, type TestEnvironment, type TestProduct } from '../system/product.ts';

const PERSONA = 'dispatcher@northgate.example';
/** Asks the directory for a sealed name, and both partners, one of them for an encrypted value. */
const QUERY = `{ residences(first: 2) { nodes { number occupants { name } devices { nodes { name } }
  account { meters { serial } } } } serviceRequests(first: 2) { nodes { description } } }`;
/** A program of the same company, which comes by the doors for services. */
const SERVICE = 'northgate-reporting';
const SERVICE_QUERY = '{ me { subject roles } }';
const PAUSE_MILLISECONDS = 700;
const POLL_SECONDS = 1;

let environment: TestEnvironment & NodeJS.ProcessEnv;
let product: TestProduct;
let setUp: SetUp;
let load: Load;

beforeAll(async () => {
  const chosen = await chooseEnvironment('rotation');
  environment = {
    ...chosen,
    SECRETS_POLL_SECONDS: String(POLL_SECONDS),
    // Signs so long after it is published as a gateway may wait before it reads the keys again, which is 30 seconds.
    ISSUER_KEY_DAYS: String(60 / 86_400),
    ISSUER_KEY_OVERLAP_SECONDS: '35',
  };
  product = await startProduct(chosen, environment);
  setUp = { environment, data: chosen.DATA_DIR, pollSeconds: POLL_SECONDS };
  load = await startLoad();
}, 240_000);
afterAll(async () => {
  await load?.stop();
  await product?.stop();
  await product?.remove();
});

interface Load {
  /** What has gone wrong so far. */
  readonly failures: string[];
  answered(): number;
  /** The same of the service's. */
  answeredService(): number;
  readonly signedBy: ReadonlySet<string | undefined>;
  stop(): Promise<void>;
}

/** Two clients and a service that ask one request after the other, with tokens that are renewed again and again. */
async function startLoad(): Promise<Load> {
  const failures: string[] = [];
  const signedBy = new Set<string | undefined>();
  let isOver = false;
  const [person, service] = await Promise.all([
    obtainToken({ environment, email: PERSONA, clientId: 'frontend' }),
    obtainToken({ environment, email: SERVICE }),
  ]);
  const held = { person, service };
  const answered = { person: 0, service: 0 };
  const ask = async (who: keyof typeof held, query: string, expected: string): Promise<void> => {
    while (!isOver) {
      try {
        const tokens = held[who];
        const answer = await fetchWithToken(tokens, gatewayAddress(environment, tokens), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        });
        const text = await answer.text();
        if (answer.status !== 200 || text.includes('"errors"') || !text.includes(expected)) {
          failures.push(`${who}: ${answer.status} ${text.slice(0, 200)}`);
        }
        answered[who] += 1;
      } catch (error) {
        failures.push(`${who}: ${error}`);
      }
      await wait(PAUSE_MILLISECONDS);
    }
  };
  const renew = async (who: keyof typeof held, email: string, pauseMilliseconds: number): Promise<void> => {
    while (!isOver) {
      signedBy.add(decodeProtectedHeader(held[who].accessToken).kid);
      await wait(pauseMilliseconds);
      try {
        held[who] = await refreshToken({ environment, email, clientId: 'frontend', tokens: held[who] });
      } catch (error) {
        failures.push(`new token of the ${who}: ${error}`);
      }
    }
  };
  const running = Promise.all([
    ask('person', QUERY, '"description":"'),
    ask('person', QUERY, '"description":"'),
    renew('person', PERSONA, 4_000),
    ask('service', SERVICE_QUERY, `"subject":"${SERVICE}"`),
    // It has to know a new authority before a door shows a certificate of it.
    renew('service', SERVICE, POLL_SECONDS * 1_000),
  ]);
  return {
    failures,
    signedBy,
    answered: () => answered.person,
    answeredService: () => answered.service,
    stop: async () => {
      isOver = true;
      await running;
    },
  };
}

/** Does `rotate` under load, and lets as many requests follow as to have passed everywhere. */
async function underLoad(rotate: () => Promise<void>): Promise<void> {
  await rotate();
  const wanted = { person: load.answered() + 10, service: load.answeredService() + 5 };
  const isEnough = (): boolean => load.answered() >= wanted.person && load.answeredService() >= wanted.service;
  const deadline = Date.now() + 60_000;
  while (!isEnough() && Date.now() < deadline) await wait(100);
  expect(isEnough()).toBe(true);
  expect(load.failures.splice(0).slice(0, 5)).toEqual([]);
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('it does not come to pass');
    await wait(500);
  }
}

/** The certificates that the processes show to a new connection, and then those of the doors for services. */
async function shownNow(): Promise<readonly string[]> {
  const [masterKey, personaKey] = await Promise.all([loadMasterKey(environment), loadPersonaKey(environment)]);
  const own = tlsMaterial(await loadIdentity('gateway', `${environment.DATA_DIR}/tls`, masterKey));
  const service = await readServiceCertificate(servicesTlsDirectory(environment.DATA_DIR), personaKey, SERVICE);
  return Promise.all([
    ...[201, 202, 203].map((offset) => shownAt(offset, own)),
    ...[2, 102].map((offset) => shownAt(offset, service)),
  ]);
}

function shownAt(offset: number, material: TlsMaterial): Promise<string> {
  const port = Number(environment.PORT_BASE) + offset;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: 'localhost', ...material }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.destroy();
    }).once('error', reject);
  });
}

/** False also when nobody has looked under the new one yet. */
const isNothingLeft = (metrics: string, store: string): boolean =>
  metrics.split('\n').includes(`commonhold_ciphertext_outdated{store="${store}"} 0`);

describe('while requests run', () => {
  it('the keys towards partners are rotated', async () => {
    const file = `${environment.DATA_DIR}/sandbox/communal/clients.json`;
    const before = await readFile(file, 'utf8');
    await underLoad(() => rotatePartners(setUp));
    expect(await readFile(file, 'utf8')).not.toBe(before);
    expect(await readMetrics(environment, 'communal')).toMatch(
      /commonhold_secret_age_seconds\{secret="partner.communal.northgate.keys",generation="previous"\}/,
    );
  }, 120_000);

  it('all certificates are rotated, with what signs the tokens between processes, and at the doors for services', async () => {
    const before = await shownNow();
    await underLoad(() => rotateTls(setUp));
    const after = await shownNow();
    for (const fingerprint of after) expect(before).not.toContain(fingerprint);
  }, 120_000);

  it('the master key is rotated, and both generations are in force', async () => {
    await underLoad(() => rotateMasterKey(setUp));
    await until(async () => {
      const metrics = [await readMetrics(environment, 'issuer'), await readMetrics(environment, 'directory')];
      return metrics.every((text) =>
        /commonhold_secret_age_seconds\{secret="master-key",generation="previous"\}/.test(text),
      );
    });
    expect(load.failures).toEqual([]);
  }, 180_000);

  it('all that was sealed under the master key before is sealed anew', async () => {
    // Until then the one before seals, and all is sealed under that.
    const { mtimeMs } = await stat(environment.MASTER_KEY_FILE);
    await until(async () => Date.now() > mtimeMs + (3 * POLL_SECONDS + 1) * 1_000);
    await until(async () => {
      const [issuer, directory] = await Promise.all([
        readMetrics(environment, 'issuer'),
        readMetrics(environment, 'directory'),
      ]);
      return isNothingLeft(issuer, 'issuer') && isNothingLeft(directory, 'directory');
    });
    await until(async () => (await filesToSealAnew(environment, setUp.data)).length === 0);
    await underLoad(async () => undefined);
  }, 120_000);

  it("the issuer's signing keys are rotated", async () => {
    await until(async () => load.signedBy.size > 1);
    await underLoad(async () => undefined);
  }, 120_000);
});
