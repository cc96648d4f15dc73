/**
 * The place of one worker: it is started, and another one in its stead whenever it ends by itself.
 *
 * 1. The first start has to succeed.
 * 2. After an end there is a pause, longer each time, until one has lasted.
 * 3. When several in a row don't even become ready, the place is given up.
 */
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { StartupError } from '@commonhold/platform/startup-error.ts';

export interface Place {
  readonly number: number;
  /** The worker that answers at the moment; undefined: there is none. */
  ready(): Worker | undefined;
  /** Resolves when the first one is ready. @throws {StartupError} when it ends before; it has told the reason */
  readonly started: Promise<void>;
  /** Resolves when it is given up. */
  readonly lost: Promise<void>;
  /** Lets the worker drain. @returns whether it did, in time */
  stop(): Promise<boolean>;
}

export interface PlaceParts {
  readonly number: number;
  readonly fork: (number: number) => Worker;
  /** Told of each worker that ended by itself and is replaced, and of the signal or exit code that it ended by. */
  readonly onEnd: (worker: Worker, how: string) => void;
}

const START_MILLISECONDS = 60_000;
const SHORTEST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
/** Whoever has lived as long isn't the cause of the next one's end. */
const LASTED_MILLISECONDS = 60_000;
const MOST_FAILED_STARTS = 3;
/** Less than what a worker gives itself to drain, so that the primary ends last. */
const DRAIN_MILLISECONDS = 9_000;

export function openPlace({ number, fork, onEnd }: PlaceParts): Place {
  const stopping = new AbortController();
  const started = Promise.withResolvers<void>();
  const lost = Promise.withResolvers<void>();
  let current: Worker | undefined;
  let ready: Worker | undefined;
  let isDrained = true;

  /** One worker from its start to its end. */
  async function run(): Promise<Outcome> {
    const worker = fork(number);
    current = worker;
    let wasReady = false;
    const lateness = setTimeout(() => worker.process.kill('SIGKILL'), START_MILLISECONDS);
    worker.on('message', (message: unknown) => {
      if (!isReady(message)) return;
      clearTimeout(lateness);
      wasReady = true;
      ready = worker;
      started.resolve();
    });
    const [code, signal]: unknown[] = await once(worker, 'exit');
    clearTimeout(lateness);
    [current, ready] = [undefined, undefined];
    // One that is told to end before it has begun to listen to that ends by the signal.
    if (stopping.signal.aborted) isDrained = code === 0 || signal === 'SIGTERM';
    return { worker, wasReady, how: String(signal ?? code) };
  }

  async function runAgainAndAgain(): Promise<void> {
    let [pause, failedStarts, hasStarted] = [SHORTEST_PAUSE_MILLISECONDS, 0, false];
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const { worker, wasReady, how } = await run();
      if (stopping.signal.aborted) return;
      hasStarted ||= wasReady;
      if (!hasStarted) return started.reject(cannotStart(number));
      failedStarts = wasReady ? 0 : failedStarts + 1;
      if (failedStarts >= MOST_FAILED_STARTS) return lost.resolve();
      onEnd(worker, how);
      if (performance.now() - startedAt > LASTED_MILLISECONDS) pause = SHORTEST_PAUSE_MILLISECONDS;
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  started.promise.catch(() => undefined);
  const running = runAgainAndAgain();
  return {
    number,
    ready: () => ready,
    started: started.promise,
    lost: lost.promise,
    stop: async () => {
      stopping.abort();
      const worker = current;
      worker?.process.kill('SIGTERM');
      const lateness = setTimeout(() => worker?.process.kill('SIGKILL'), DRAIN_MILLISECONDS);
      await running;
      clearTimeout(lateness);
      return isDrained;
    },
  };
}

interface Outcome {
  readonly worker: Worker;
  readonly wasReady: boolean;
  /** The signal or the exit code that it ended by. */
  readonly how: string;
}

function cannotStart(number: number): StartupError {
  return new StartupError(`Worker ${number} could not start`, 'mend what it says above and start again');
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready';
}
