/** No secret and no personal value is left behind in clear, wherever somebody might look later. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareDevelopment } from '@commonhold/development/prepare.ts';
import { welcome } from '@commonhold/development/welcome.ts';
import { ports } from '@commonhold/platform/addresses.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '../postgres.ts';
import { startProcess } from '../processes.ts';
import { MEASURED_PROCESSES, readMetrics } from '../system/metrics.ts';
import { chooseEnvironment, startProduct, type TestEnvironment, type TestProduct } from '../system/product.ts';
import { LOGIN_NAMES, personalCanaries, secretCanaries } from './canaries.ts';
import { type Canary, findMatches, findTraces, formsOf } from './traces.ts';
import { makeTraffic, SAID_BY_PARTNERS, type Traffic } from './traffic.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PERSONAL = personalCanaries();
/** A signed token, and private keys as PEM and as JWK: nobody's, known or not, may lie around. */
const TOKEN = 'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{40,}';
const PRIVATE_KEY = '-----BEGIN (EC |RSA )?PRIVATE KEY-----|"d": ?"[A-Za-z0-9_-]{40,}"';

let environment: TestEnvironment;
let product: TestProduct;
let traffic: Traffic;
let secrets: readonly Canary[];
/** What the processes told while they ran. */
let told: string;

beforeAll(async () => {
  environment = await chooseEnvironment('traces');
  const inEnvironment = { kind: 'variable of the environment', value: `canary-${randomBytes(16).toString('hex')}` };
  product = await startProduct(environment, { LOG_LEVEL: 'trace', UNKNOWN_SECRET: inEnvironment.value });
  traffic = await makeTraffic(product);
  secrets = [inEnvironment, ...(await secretCanaries(environment)), ...traffic.canaries];
  told = join(product.folder, 'told');
  await mkdir(told);
  for (const name of MEASURED_PROCESSES) {
    await writeFile(join(told, `metrics of ${name}`), await readMetrics(environment, name));
  }
  await writeFile(join(told, 'errors'), traffic.told.join('\n'));
  await writeFile(join(told, 'arguments'), await argumentsOfAll());
  await product.stop();
  await writeFile(join(told, 'log'), product.process.output().replace(welcome(ports({ ...environment })), ''));
}, 240_000);
afterAll(async () => {
  await product.stop();
  await product.remove();
});

describe('the traffic', () => {
  it('had the personal values in it, for those who may see them', () => {
    const seen = Map.groupBy(
      [...PERSONAL, ...traffic.canaries].filter(({ value }) =>
        traffic.given.some((text) => text.includes(String(value))),
      ),
      ({ kind }) => kind,
    );
    expect(Object.fromEntries([...seen].map(([kind, found]) => [kind, found.length > 0]))).toEqual({
      'name of a person': true,
      'e-mail address': true,
      'telephone number': true,
      'account number': true,
      'account holder': true,
      'description of a request': true,
      'description that a person wrote': true,
      'mark of a client': true,
    });
  });

  it('had secrets of every kind in it, and was logged in full', async () => {
    expect(new Set(secrets.map(({ kind }) => kind)).size).toBeGreaterThan(25);
    const log = await readFile(join(told, 'log'), 'utf8');
    for (const name of ['gateway', 'issuer', 'smart-home', 'communal']) expect(log).toContain(`"process":"${name}"`);
  });
});

describe('no secret and no personal value is found in clear', () => {
  const withoutTrace = async (canaries: readonly Canary[], places: readonly string[]): Promise<void> => {
    expect(await findTraces(canaries, places)).toEqual([]);
  };
  const everything = (): readonly Canary[] => [...PERSONAL, ...LOGIN_NAMES, ...secrets];

  it('in logs, errors, metrics and arguments of processes', async () => {
    await withoutTrace([...everything(), ...SAID_BY_PARTNERS], [told]);
    expect(await findMatches(TOKEN, [told])).toEqual([]);
    expect(await findMatches(PRIVATE_KEY, [told])).toEqual([]);
  });

  it('in the data folder: databases, keys, certificates, record of access', async () => {
    const folders = await readdir(environment.DATA_DIR);
    expect(['audit', 'database', 'partners', 'plans', 'sandbox', 'services', 'tls']).toEqual(
      expect.arrayContaining(folders),
    );
    await withoutTrace(everything(), [environment.DATA_DIR]);
    expect(await findMatches(TOKEN, [environment.DATA_DIR])).toEqual([]);
    expect(await findMatches(PRIVATE_KEY, [environment.DATA_DIR])).toEqual([]);
  });

  it('in the repository', async () => {
    const list = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0');
    const files = list.filter((name) => name !== '').map((name) => join(ROOT, name));
    expect(files.length).toBeGreaterThan(300);
    await withoutTrace([...PERSONAL, ...secrets], files);
    expect(await findMatches(TOKEN, files)).toEqual([]);
    expect(await findMatches(PRIVATE_KEY, files)).toEqual([]);
  });
});

describe('the password in DATABASE_URL', () => {
  const password = { kind: 'password of the database', value: `canary-${randomBytes(12).toString('hex')}` };

  /** @returns what the directory wrote, and the folder of its data */
  const startWith = async (url: string): Promise<readonly string[]> => {
    const folder = await mkdtemp(join(tmpdir(), 'database-url-'));
    const own = { ...environment, DATA_DIR: join(folder, 'data'), MASTER_KEY_FILE: join(folder, 'master.key') };
    await prepareDevelopment(own);
    const directory = await startProcess('subgraphs/directory/main.ts', {
      ...own,
      DATABASE_URL: url,
      LOG_LEVEL: 'trace',
    });
    const isRunning = directory.child.exitCode === null;
    await writeFile(join(folder, 'data', 'arguments'), isRunning ? await readCommandLine(directory.child.pid) : '');
    await directory.stop();
    await writeFile(join(folder, 'data', 'output'), directory.output());
    folders.push(folder);
    return [isRunning ? 'runs' : directory.output().replace(/:.*/s, ''), join(folder, 'data')];
  };
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it('is told to nobody, whether the database is there, is not, or cannot be one', async () => {
    const postgres = await startPostgres();
    const starts = [
      await startWith(postgres.url.replace('commonhold@', `commonhold:${password.value}@`)),
      await startWith(`postgres://commonhold:${password.value}@localhost:1/commonhold`),
      await startWith(`mysql://commonhold:${password.value}@localhost/commonhold`),
    ];
    await postgres.stop();
    expect(starts.map(([outcome]) => outcome)).toEqual(['runs', 'directory', 'directory']);
    expect(
      await findTraces(
        [password],
        starts.map(([, folder = '']) => folder),
      ),
    ).toEqual([]);
  }, 60_000);
});

describe('the search', () => {
  const texts = ['Ünï "quoted"/+ value', 'canary-0123456789'];
  const bytes = randomBytes(32);
  const planted: readonly (readonly [string, string | Uint8Array, string | Uint8Array])[] = [
    ...texts.flatMap((value) =>
      Object.entries(formsOf(value)).map(([form, text]) => [form, value, `a${text}b`] as const),
    ),
    ...texts.flatMap((value) =>
      ['', 'x', 'xy'].map(
        (before) => ['in base64', value, Buffer.from(`${before}${value}z`).toString('base64')] as const,
      ),
    ),
    ['in a token', texts[1] ?? '', `e30.${Buffer.from(JSON.stringify({ email: texts[1] })).toString('base64url')}.x`],
    ['as bytes', bytes, Buffer.concat([Buffer.alloc(5), bytes, Buffer.alloc(5)])],
    ['as hex', bytes, bytes.toString('hex')],
  ];

  it.each(planted)('finds what was planted %s', async (_, value, content) => {
    const folder = await mkdtemp(join(tmpdir(), 'planted-'));
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'deep', 'file'), content);
    const traces = await findTraces(
      [
        { kind: 'planted', value },
        { kind: 'other', value: 'not planted' },
      ],
      [folder],
    );
    await rm(folder, { recursive: true });
    expect(new Set(traces.map(({ kind }) => kind))).toEqual(new Set(['planted']));
  });

  it('finds a signed token and a private key, whoever they belong to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'planted-'));
    const part = randomBytes(40).toString('base64url');
    await writeFile(join(folder, 'token'), `x eyJ${part}.eyJ${part}.${part} y`);
    await writeFile(join(folder, 'jwk'), JSON.stringify({ d: randomBytes(32).toString('base64url') }));
    await writeFile(join(folder, 'pem'), `-----BEGIN ${'PRIVATE KEY'}-----`);
    const found = [await findMatches(TOKEN, [folder]), (await findMatches(PRIVATE_KEY, [folder])).toSorted()];
    await rm(folder, { recursive: true });
    expect(found).toEqual([[join(folder, 'token')], [join(folder, 'jwk'), join(folder, 'pem')]]);
  });
});

function readCommandLine(id: number | undefined): Promise<string> {
  return readFile(`/proc/${id}/cmdline`, 'utf8');
}

/** The command lines of all processes of the machine: whoever is on it can read them. */
async function argumentsOfAll(): Promise<string> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  const all = lines.map((line) => line.replaceAll('\0', ' ')).join('\n');
  if (!all.includes('subgraphs/communal/sandbox/main.ts')) throw new Error('the product is not among the processes');
  return all;
}
