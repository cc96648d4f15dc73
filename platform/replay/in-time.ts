/** A store that doesn't answer must not hold up whoever has to refuse because of it. */
import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE_MILLISECONDS = 2_000;

/** @throws {Error} when `answer` fails, or takes more than two seconds. */
export async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  const finished = new AbortController();
  const lateness = wait(PATIENCE_MILLISECONDS, undefined, { signal: finished.signal, ref: false }).then(() => {
    throw new Error('the store does not answer in time');
  });
  // The wait that is called off rejects as well.
  lateness.catch(() => undefined);
  try {
    return await Promise.race([answer, lateness]);
  } finally {
    finished.abort();
  }
}
