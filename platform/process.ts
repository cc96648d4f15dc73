/**
 * The life of a process: start, tell the parent, serve, drain, end.
 *
 * 1. `start` brings everything up and returns how to stop it, or throws.
 * 2. A parent with an IPC channel is told `ready`.
 * 3. SIGINT, SIGTERM or the loss of the parent drains: `stop` has ten seconds, or as long as is given for it, then the
 *    process ends anyway, with exit code 1.
 *
 * What nobody caught ends the process with the error's kind alone: its message and stack may hold what was worked on.
 *
 * No process outlives its parent: when the parent is killed, its IPC channel closes, and that is a reason to drain.
 */
import { countBuffersWithHeap } from './buffers-in-heap.ts';
import { keepMemoryToOneself } from './memory-traces.ts';
import { StartupError } from './startup-error.ts';

export const DRAIN_MILLISECONDS = 10_000;

export interface Running {
  /** Refuses new work, ends what is under way, closes what was opened. */
  stop(): Promise<void>;
}

export async function runProcess(
  name: string,
  start: () => Promise<Running>,
  drainMilliseconds = DRAIN_MILLISECONDS,
): Promise<void> {
  let running: Running | undefined;
  let isStopping = false;

  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), drainMilliseconds).unref();
    try {
      await running?.stop();
      process.exit(0);
    } catch (error) {
      report(name, error);
      process.exit(1);
    }
  };

  process.on('uncaughtException', (error) => {
    report(name, error);
    process.exit(1);
  });
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (process.send) process.on('disconnect', stop);

  try {
    keepMemoryToOneself(process.env);
    countBuffersWithHeap();
    running = await start();
    if (!isStopping) process.send?.({ kind: 'ready' });
  } catch (error) {
    report(name, error);
    process.exit(1);
  }
}

/** A sentence for what the operator can mend, the kind of error alone for everything else: messages may hold data. */
function report(name: string, error: unknown): void {
  process.stderr.write(`${name}: ${describe(error)}\n`);
}

function describe(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  if (isListenError(error, 'EADDRINUSE')) {
    return `Port ${error.port} is in use: stop the program that uses it or set PORT_BASE to move every port.`;
  }
  if (isListenError(error, 'EACCES')) {
    return `Port ${error.port} may not be opened by this user: set PORT_BASE to a number above 1024.`;
  }
  if (process.env['COMMONHOLD_DEBUG'] && error instanceof Error) return error.stack ?? error.message;
  const kind = error instanceof Error ? error.name : 'unknown error';
  return `could not go on (${kind}): set COMMONHOLD_DEBUG=1 to see where.`;
}

function isListenError(error: unknown, code: string): error is Error & { readonly port: number } {
  return error instanceof Error && 'code' in error && error.code === code && 'port' in error;
}
