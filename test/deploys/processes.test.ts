/** The life of the whole product's processes: one sentence when a start fails, all end together, none is left over. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess } from '../processes.ts';
import { testPort } from '../system/product.ts';

const PORT_BASE = testPort('processes');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'commonhold-processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = {
  PORT_BASE: String(PORT_BASE),
  DATA_DIR: join(folder, 'data'),
  MASTER_KEY_FILE: join(folder, 'key', 'master.key'),
  SANDBOX_LATENCY_MS: '0',
};
const PROCESSES = 7;
const GONE_MILLISECONDS = 15_000;

/** A subgraph that a test may break, with the rest of the product as it is. */
function copyOfRoom(name: string): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  const room = join(copy, 'subgraphs', name);
  cpSync(join(ROOT, 'subgraphs', name), room, { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return room;
}

function childrenOf(pid: number | undefined): readonly number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return rows.flatMap((row) => {
    const [child, parent] = row.trim().split(/\s+/).map(Number);
    return parent === pid && child !== undefined ? [child] : [];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pids: readonly number[]): Promise<readonly number[]> {
  const end = Date.now() + GONE_MILLISECONDS;
  while (Date.now() < end && pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 100));
  return pids.filter(isAlive);
}

describe('the whole product', () => {
  it('ends every process when it is told to, and leaves none when its parent is killed', async () => {
    const told = await startProcess('development/start.ts', environment);
    const first = childrenOf(told.child.pid);
    expect(first.length).toBeGreaterThanOrEqual(PROCESSES);
    told.child.kill('SIGINT');
    expect([await told.exit, told.output()]).toEqual([0, expect.not.stringContaining('start:')]);
    expect(await untilGone(first)).toEqual([]);

    const killed = await startProcess('development/start.ts', environment);
    const second = childrenOf(killed.child.pid);
    expect(second.length).toBeGreaterThanOrEqual(PROCESSES);
    killed.child.kill('SIGKILL');
    expect(await untilGone(second)).toEqual([]);
  }, 120_000);

  it('names a port in use, and ends all with exit code 1', async () => {
    const occupier = createServer();
    await new Promise<void>((resolve) => occupier.listen(PORT_BASE + 201, 'localhost', resolve));
    try {
      const refused = await startProcess('development/start.ts', environment);
      expect(await refused.exit).toBe(1);
      expect(refused.output()).toContain(`Port ${PORT_BASE + 201} is in use: stop the program that uses it`);
    } finally {
      occupier.close();
    }
  }, 60_000);
});

describe('a start that cannot succeed', () => {
  const SENTENCE = /^[a-z-]+: [^\n]+: [^\n]+\.\n$/;

  beforeAll(async () => {
    const preparation = await startProcess('development/prepare.ts', environment);
    expect(await preparation.exit).toBe(0);
  });

  it.each([
    ['a variable that is no port', 'gateway/main.ts', { PORT_BASE: 'many' }, 'PORT_BASE'],
    [
      'a missing master key',
      'subgraphs/directory/main.ts',
      { MASTER_KEY_FILE: '/nowhere/master.key' },
      'MASTER_KEY_FILE',
    ],
    [
      'a missing address of a partner',
      'subgraphs/communal/main.ts',
      { NODE_ENV: 'production', COMMUNAL_PARTNER_URL: undefined },
      'COMMUNAL_PARTNER_URL',
    ],
    ['a way to a subgraph without TLS', 'gateway/main.ts', { COMMUNAL_URL: 'http://localhost:1' }, 'COMMUNAL_URL'],
    ['sandboxes in production', 'subgraphs/communal/sandbox/main.ts', { NODE_ENV: 'production' }, 'NODE_ENV'],
    ['the development set-up in production', 'development/start.ts', { NODE_ENV: 'production' }, 'NODE_ENV'],
  ])('names %s in one sentence', async (_what, entry, change, named) => {
    const refused = await startProcess(entry, { ...environment, ...change });
    expect(await refused.exit).toBe(1);
    expect(refused.output()).toMatch(SENTENCE);
    expect(refused.output()).toContain(named);
  });

  it.each([
    [
      'an SDL with a field without a policy',
      'communal',
      ['schema.graphql', 'type Query {', 'type Query {\n  "Open."\n  open: String'],
      'main.ts',
      'Query.open',
    ],
    [
      'an SDL that is cut off',
      'smart-home',
      ['schema.graphql', /type Mutation[\s\S]*/, 'type Mutation {'],
      'main.ts',
      'schema.graphql',
    ],
    [
      'an SDL with a type that is nowhere',
      'directory',
      ['schema.graphql', 'me: Viewer', 'me: Nobody'],
      'main.ts',
      'Nobody',
    ],
    [
      'a partner contract with a wrong member',
      'communal',
      ['partner/contract.yaml', 'concurrency: 32', 'concurrency: many'],
      'main.ts',
      'limits.concurrency',
    ],
    [
      'a partner contract that is no YAML',
      'communal',
      ['partner/contract.yaml', 'basePath: /v1, sunset', 'basePath: [/v1, sunset'],
      'main.ts',
      'partner/contract.yaml is wrong at line',
    ],
    [
      "a partner's document that is broken",
      'smart-home',
      ['partner/openapi/v1.yaml', 'operationId: queryDevices', 'operationId: [queryDevices]'],
      'sandbox/main.ts',
      'openapi/v1.yaml',
    ],
  ] as const)('names %s in one sentence', async (_, name, [file, from, to], entry, named) => {
    const room = copyOfRoom(name);
    const text = readFileSync(join(room, file), 'utf8');
    expect(text.replace(from, to)).not.toBe(text);
    writeFileSync(join(room, file), text.replace(from, to));
    const refused = await startProcess(join(room, entry), environment);
    expect(await refused.exit).toBe(1);
    expect(refused.output()).toMatch(SENTENCE);
    expect(refused.output()).toContain(named);
  });

  it('starts as it is when nothing is broken in it', async () => {
    const started = await startProcess(join(copyOfRoom('communal'), 'main.ts'), environment);
    expect(started.child.exitCode).toBeNull();
    await started.stop();
  });

  it('names a broken supergraph in one sentence', async () => {
    const file = join(folder, 'broken.graphql');
    writeFileSync(file, 'type Query { broken: ');
    const args = ['--supergraph', file, '--port', String(PORT_BASE + 900), '--authentication', 'optional'];
    const refused = await startProcess('gateway/main.ts', environment, args);
    expect(await refused.exit).toBe(1);
    expect(refused.output()).toMatch(SENTENCE);
    expect(refused.output()).toContain('broken.graphql');
  });
});
