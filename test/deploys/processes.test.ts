/** The life of the whole product's processes: one sentence when a start fails, all end together, none is left over. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startProcess } from '../processes.ts';

const PORT_BASE = Number(process.env['TEST_PORT_BASE'] ?? 24_000) + 2_000;
const folder = mkdtempSync(join(tmpdir(), 'commonhold-processes-'));
const environment = {
  PORT_BASE: String(PORT_BASE),
  DATA_DIR: join(folder, 'data'),
  MASTER_KEY_FILE: join(folder, 'key', 'master.key'),
  SANDBOX_LATENCY_MS: '0',
};
const PROCESSES = 7;
const GONE_MILLISECONDS = 15_000;

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
    expect(await told.exit).toBe(0);
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

  it.each([
    ['a variable that is no port', 'gateway/main.ts', { PORT_BASE: 'many' }, 'PORT_BASE'],
    [
      'a missing master key',
      'subgraphs/directory/main.ts',
      { MASTER_KEY_FILE: '/nowhere/master.key' },
      'MASTER_KEY_FILE',
    ],
    ['sandboxes in production', 'subgraphs/communal/sandbox/main.ts', { NODE_ENV: 'production' }, 'NODE_ENV'],
    ['the development set-up in production', 'development/start.ts', { NODE_ENV: 'production' }, 'NODE_ENV'],
  ])('names %s in one sentence', async (_what, entry, change, named) => {
    const refused = await startProcess(entry, { ...environment, ...change });
    expect(await refused.exit).toBe(1);
    expect(refused.output()).toMatch(SENTENCE);
    expect(refused.output()).toContain(named);
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
