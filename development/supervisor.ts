/**
 * Runs a set of processes as one: all start together, a start that fails ends all, and all end in order.
 *
 * Each child has a process group of its own, so that Ctrl-C reaches the supervisor alone, which then drains from the
 * front door inwards; and an IPC channel, whose loss tells the child that its parent was killed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StartupError } from '@commonhold/platform/startup-error.ts';

export interface ProcessDefinition {
  readonly name: string;
  readonly entry: URL;
  readonly environment?: NodeJS.ProcessEnv;
}

export interface Supervised {
  /** Resolves with the name of the first process that ends although nobody asked it to. */
  readonly lost: Promise<string>;
  /**
   * Ends the processes one after another in the order in which they were given.
   *
   * @throws {StartupError} when all have ended and some did not in order; it names them.
   */
  stop(): Promise<void>;
}

const START_MILLISECONDS = 60_000;

/** @throws {StartupError} when a process ends before it is ready; it has told the reason on standard error. */
export async function startAll(
  definitions: readonly ProcessDefinition[],
  environment: NodeJS.ProcessEnv,
): Promise<Supervised> {
  const children = definitions.map((definition) => ({
    name: definition.name,
    child: fork(fileURLToPath(definition.entry), {
      env: { ...environment, ...definition.environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    }),
  }));
  let isStopping = false;
  const endAll = async (): Promise<readonly string[]> => {
    isStopping = true;
    const cutShort = [];
    for (const { name, child } of children) if ((await end(child)) !== 0) cutShort.push(name);
    return cutShort;
  };
  const lost = new Promise<string>((resolve) => {
    for (const { name, child } of children) {
      child.once('exit', () => {
        if (!isStopping) resolve(name);
      });
    }
  });
  try {
    const isReady = Promise.all(children.map(({ child }) => ready(child)));
    isReady.catch(() => undefined);
    const failed = lost.then((name) => {
      throw new StartupError(`The process ${name} could not start`, 'mend what it says above and start again');
    });
    await Promise.race([isReady, failed, tooLate()]);
    failed.catch(() => undefined);
  } catch (error) {
    await endAll();
    throw error;
  }
  return {
    lost,
    stop: async () => {
      const cutShort = await endAll();
      if (cutShort.length === 0) return;
      throw new StartupError(
        `The end of ${cutShort.join(', ')} was cut short`,
        'what was under way there may be lost, see the log for what it waited for',
      );
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  await once(child, 'message');
}

async function tooLate(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, START_MILLISECONDS).unref());
  throw new StartupError(`Start-up took more than ${START_MILLISECONDS / 1000} seconds`, 'see the log for what waits');
}

/** Resolves with the exit code, null after a signal. */
async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
  return child.exitCode;
}
