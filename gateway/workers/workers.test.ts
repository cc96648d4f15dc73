/** Several workers answer as one gateway does: what was used, counted or recorded at one counts for all. */
import { execFileSync } from 'node:child_process';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeProofKey } from '@commonhold/development/proof-key.ts';
import { startProcess, type TestProcess } from '@commonhold/test/processes.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { DISPATCHER } from '../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';

const WORKERS = 2;
/** Connections are handed to the workers in turn. */
const CONNECTIONS = 6;
const STRANGERS = 3;
const NOBODY = { data: { people: { nodes: [] } } };
const ALL_ANSWERED = Array.from({ length: CONNECTIONS }, () => 200);
const PEOPLE = JSON.stringify({ query: '{ people { nodes { id name } } }' });

let gateway: GatewayUnderTest;
let running: TestProcess;
beforeAll(async () => {
  gateway = await startGatewayUnderTest({
    GATEWAY_WORKERS: String(WORKERS),
    PROVISIONING_STRANGERS_PER_ADDRESS: String(STRANGERS),
  });
  running = gateway.process;
  gateway.directory.access = DISPATCHER;
  gateway.directory.answer = () => NOBODY;
});
afterAll(async () => {
  await running?.stop();
  await gateway?.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Over a connection of its own. */
async function ask(path: string, options: Parameters<typeof request>[1] = {}): Promise<Answer> {
  const dispatcher = new Agent();
  const { statusCode, headers, body } = await request(new URL(path, gateway.url), { ...options, dispatcher });
  const answer = { status: statusCode, headers, text: await body.text() };
  await dispatcher.close();
  return answer;
}

const overMany = <Value>(each: () => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: CONNECTIONS }, each));

async function askForPeople(scheme = 'Bearer', token?: string, more: Record<string, string> = {}): Promise<Answer> {
  const authorization = `${scheme} ${token ?? (await gateway.issuer.sign())}`;
  return ask('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...more },
    body: PEOPLE,
  });
}

async function counted(sample: string): Promise<number> {
  const { text } = await ask('/metrics');
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.split(' ')[1] ?? 0,
  );
}
const answered = (): Promise<number> => counted('gateway_request_duration_seconds_count{status="200"}');

const workersOf = ({ child }: TestProcess): readonly number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .map(Number);

async function until(isSo: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !isSo(); tries += 1) await wait(50);
  return isSo();
}

async function ready(): Promise<{ readonly status: number; readonly checks: unknown }> {
  const { status, text } = await ask('/health/ready');
  return { status, checks: JSON.parse(text).checks };
}

/** Asks over many connections and waits until the directory has all the questions, which it answers later. */
async function askSlowly(): Promise<{ readonly answers: Promise<readonly Answer[]> }> {
  const asked = Promise.withResolvers<void>();
  let waiting = 0;
  gateway.directory.answer = async () => {
    waiting += 1;
    if (waiting === CONNECTIONS) asked.resolve();
    await wait(500);
    return NOBODY;
  };
  const answers = overMany(() => askForPeople());
  await asked.promise;
  return { answers };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('two workers', () => {
  it('take a proof of possession once', async () => {
    const key = await makeProofKey();
    const token = await gateway.issuer.sign({ cnf: { jkt: key.thumbprint } });
    const request = { method: 'POST', address: gateway.url, accessToken: token };
    const told = await askForPeople('DPoP', token, { dpop: await key.prove({ ...request, nonce: undefined }) });
    const dpop = await key.prove({ ...request, nonce: String(told.headers['dpop-nonce']) });
    const answers = await overMany(() => askForPeople('DPoP', token, { dpop }));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401, 401]);
  });

  it('let no more strangers through than one would', async () => {
    gateway.directory.answers.set('/provisioning', () => ({ status: 401 }));
    const answers = await overMany(() =>
      ask('/scim/v2/northgate/Users', { headers: { authorization: 'Bearer none' } }),
    );

    expect(answers.filter(({ status }) => status !== 429)).toHaveLength(STRANGERS);
  });

  it('tell together what they have counted', async () => {
    const before = await answered();
    await overMany(() => askForPeople());
    for (const told of await overMany(answered)) expect(told).toBe(before + CONNECTIONS);
  });

  it('are not ready while one is missing, which is replaced while the other one answers', async () => {
    const [first = 0, ...others] = workersOf(running);
    await overMany(() => askForPeople());
    const before = await answered();
    process.kill(first, 'SIGKILL');
    await until(() => !isAlive(first));
    const statuses: number[] = [];
    const health = [await ready()];
    while (health.at(-1)?.status !== 200 && health.length < 300) {
      statuses.push((await askForPeople()).status);
      health.push(await ready());
    }

    const all = { issuer: 'ready', proofs: 'ready', directory: 'ready', access: 'ready', audit: 'ready' };
    expect(health.at(0)).toEqual({ status: 503, checks: { ...all, workers: 'not ready' } });
    expect(health.at(-1)).toEqual({ status: 200, checks: { ...all, workers: 'ready' } });
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(workersOf(running)).toHaveLength(WORKERS);
    expect(workersOf(running)).toEqual(expect.arrayContaining(others));
    expect(await counted('gateway_worker_ends_total')).toBe(1);
    expect(await answered()).toBe(before + statuses.length);
  });

  it('answer what is under way and end when their primary is killed', async () => {
    const workers = workersOf(running);
    const { answers } = await askSlowly();
    running.child.kill('SIGKILL');
    expect((await answers).map(({ status }) => status)).toEqual(ALL_ANSWERED);
    expect(await until(() => !workers.some(isAlive))).toBe(true);
  });
});

describe('two workers that are told to end', () => {
  it('answer what is under way, and the primary ends last', async () => {
    running = await startProcess('gateway/main.ts', gateway.environment);
    const workers = workersOf(running);
    const { answers } = await askSlowly();
    running.child.kill('SIGTERM');

    expect((await answers).map(({ status }) => status)).toEqual(ALL_ANSWERED);
    expect(await running.exit).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  it('leave a record of access each, in a place of its own', async () => {
    const verify = async (): Promise<readonly [number | null, string]> => {
      const cli = await startProcess('gateway/audit/cli.ts', gateway.environment, ['verify']);
      return [await cli.exit, cli.output()];
    };
    const record = (number: number): string => join(gateway.dataDirectory, 'audit', `worker-${number}`);
    const [exitCode, said] = await verify();

    expect(exitCode).toBe(0);
    expect(said).toMatch(/^(The record audit\/worker-[12] is whole: [1-9]\d* in order\.\n){2}$/);
    await rename(record(1), record(9));
    expect(await verify()).toEqual([1, expect.stringContaining("can't be opened")]);
    await rename(record(9), record(1));
  });
});

describe('a worker that can never be replaced', () => {
  it('ends the primary with a failure, and the others with it', async () => {
    const file = join(gateway.dataDirectory, 'supergraph.graphql');
    await copyFile(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url)), file);
    running = await startProcess('gateway/main.ts', { ...gateway.environment, SUPERGRAPH: file });
    const [first = 0, second = 0] = workersOf(running);
    await rm(file);
    process.kill(first, 'SIGKILL');

    expect(await running.exit).toBe(1);
    expect(running.output()).toContain('Worker 1 could not be started again');
    expect(isAlive(second)).toBe(false);
  });
});
