/** What was in memory is on no disk after a crash. Real processes, in a folder of their own, where dumps are allowed. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';

const PROCESS = fileURLToPath(new URL('process.ts', import.meta.url));
const canary = `canary-${randomBytes(16).toString('hex')}`;
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

/** A process that puts a canary into its memory, as text and as bytes, says so, and does `then`. */
const holdingCanary = (then: string): string => `
  import { runProcess } from ${JSON.stringify(PROCESS)};
  const start = async () => {
    globalThis.held = [Buffer.from(process.env.CANARY), [...process.env.CANARY].join('')];
    setTimeout(() => process.send('holds'), 1);
    ${then}
    return { stop: async () => undefined };
  };
`;
const WAIT = 'setTimeout(() => undefined, 10_000);';

interface Ended {
  readonly folder: string;
  readonly output: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Run {
  readonly script: string;
  readonly flags?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  readonly kill?: readonly NodeJS.Signals[];
}

/** Runs `script` with dumps of any size allowed. */
async function run({ script, flags = [], environment = {}, kill = [] }: Run): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'memory-traces-'));
  folders.push(folder);
  await writeFile(join(folder, 'program.mjs'), script);
  const child = spawn(
    'sh',
    ['-c', 'ulimit -c unlimited; exec "$0" "$@"', process.execPath, ...flags, join(folder, 'program.mjs')],
    {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', CANARY: canary, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const chunks: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const closed = once(child, 'close');
  if (kill.length > 0) {
    await once(child, 'message');
    for (const signal of kill) {
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const [code, signal] = await closed;
  return { folder, output: chunks.join(''), code, signal };
}

/** The files in which the canary is, but for the program's own. */
async function tracesIn(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((name) => name !== 'program.mjs');
  const contents = await Promise.all(files.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
  return contents.filter(({ bytes }) => bytes.includes(canary)).map(({ name }) => name);
}

describe('a process that is killed by SIGABRT', () => {
  it('leaves its memory in a core dump, unless something is done about it', async () => {
    const bare = holdingCanary(WAIT).replace(/import .*/, '');
    const { folder, signal } = await run({ script: `${bare}await start();`, kill: ['SIGABRT'] });
    expect(signal).toBe('SIGABRT');
    const pattern = await readFile('/proc/sys/kernel/core_pattern', 'utf8');
    // Where the machine sends dumps elsewhere, the folder says nothing; the next tests hold there without proof.
    if (!/[/|]/.test(pattern)) expect(await tracesIn(folder)).toHaveLength(1);
  });

  it('leaves no trace of it when it is one of ours', async () => {
    const script = `${holdingCanary(WAIT)}await runProcess('test', start);`;
    const flags = ['--report-on-fatalerror', '--report-on-signal', '--report-signal=SIGUSR2'];
    const { folder, signal, output } = await run({ script, flags, kill: ['SIGUSR1', 'SIGABRT'] });
    expect(signal).toBe('SIGABRT');
    expect(await tracesIn(folder)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('report.'))).toEqual([]);
    expect(output).not.toContain('Debugger listening');
  });
});

describe('an error that nobody caught', () => {
  it('is told by its kind alone, without a report', async () => {
    const script = `${holdingCanary('setTimeout(() => { throw new RangeError(process.env.CANARY) }, 50);')}
      await runProcess('test', start);`;
    const { folder, output, code } = await run({ script, flags: ['--report-uncaught-exception'] });
    expect(code).toBe(1);
    expect(output).toContain('RangeError');
    expect(output).not.toContain(canary);
    expect(await readdir(folder)).toEqual(['program.mjs']);
  });

  it('is told so too when it was a promise', async () => {
    const script = `${holdingCanary('setTimeout(async () => { throw new RangeError(process.env.CANARY) }, 50);')}
      await runProcess('test', start);`;
    const { output, code } = await run({ script });
    expect([code, output]).toEqual([1, expect.stringContaining('RangeError')]);
    expect(output).not.toContain(canary);
  });
});

describe('in production', () => {
  const script = `${holdingCanary('process.exit(0);')}await runProcess('test', start);`;
  const production = { NODE_ENV: 'production' };

  it.each([
    ['--heapsnapshot-signal=SIGUSR2'],
    ['--heapsnapshot-near-heap-limit=1'],
    ['--report-on-fatalerror'],
    ['--inspect=0'],
    ['--abort-on-uncaught-exception'],
    ['--heap-prof'],
    ['--tls-keylog=keys'],
  ])('no process starts with %s', async (flag) => {
    const { code, output } = await run({ script, flags: [flag], environment: production });
    expect(code).toBe(1);
    expect(output).toContain(`Node is told to give its memory away (${flag.replace(/=.*/, '')})`);
  });

  it('no process starts with such a flag in NODE_OPTIONS, and one without it does', async () => {
    const told = await run({ script, environment: { ...production, NODE_OPTIONS: '--report_on_signal' } });
    expect([told.code, told.output]).toEqual([1, expect.stringContaining('(--report-on-signal)')]);
    const untold = await run({ script, environment: { ...production, NODE_OPTIONS: '--max-old-space-size=512' } });
    expect([untold.code, untold.output]).toEqual([0, '']);
  });
});
