/** Starts real processes of the product for a test, and ends them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TestProcess {
  readonly child: ChildProcess;
  /** Everything that it has written to standard output and standard error so far. */
  output(): string;
  /** Resolves with the exit code. */
  readonly exit: Promise<number | null>;
  stop(): Promise<void>;
}

/**
 * Starts `entry`, a path from the project's root such as `gateway/main.ts` or from the machine's, and waits until it is
 * ready or has ended.
 *
 * @example
 * const issuer = await startProcess('gateway/issuer/main.ts', { PORT_BASE: '25000' });
 */
export async function startProcess(
  entry: string,
  environment: NodeJS.ProcessEnv,
  args: readonly string[] = [],
): Promise<TestProcess> {
  const child = fork(resolve(fileURLToPath(new URL('..', import.meta.url)), entry), [...args], {
    env: { ...process.env, ...environment },
    // None lives long enough for the optimized code of PGlite's megabytes of WebAssembly to pay.
    execArgv: ['--liftoff-only'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const chunks: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  const exit = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  await Promise.race([once(child, 'message'), exit]);
  return {
    child,
    output: () => chunks.join(''),
    exit,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exit;
    },
  };
}
