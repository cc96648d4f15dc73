/** A part that can't be told: the answer breaks off, so that no client takes it for whole. */
import { describe, expect, it } from '@jest/globals';
import type { Run } from '../step.ts';
import { tellLater } from './later-parts.ts';

const part = { label: '1', path: [], indices: [], object: {}, write: () => '{}' };
const written = { text: '{}', verbatims: [], violations: [], later: [] };

function tell(step: () => Promise<void>, writePart = () => written) {
  const failures: unknown[] = [];
  const run: Run = {
    root: {},
    isPlain: true,
    errors: [],
    later: new Map([['1', step]]),
    variables: {},
    booleans: () => false,
    isQuery: true,
    fetchFrom: () => Promise.reject(new Error('nothing is fetched here')),
    loadEntities: () => Promise.reject(new Error('nothing is fetched here')),
    readerFor: () => undefined,
  };
  const { later } = tellLater({
    run,
    writer: { takes: () => false, write: () => written, writePart },
    parts: [part],
    errors: [],
    division: { partOf: (_, from) => from },
    inAnswer: (error) => error,
    onFailure: (error) => failures.push(error),
  });
  return { ...later, failures };
}

describe('what comes later', () => {
  it.each([
    ['its step', () => Promise.reject(new Error('no')), undefined],
    [
      'its writer',
      async () => undefined,
      () => {
        throw new Error('no');
      },
    ],
  ])('breaks off, and is recorded, when %s fails', async (_, step, writePart) => {
    const { told, ended, failures } = tell(step, writePart);
    expect((await ended).map(({ extensions }) => extensions['code'])).toEqual(['INTERNAL_SERVER_ERROR']);
    await expect(Array.fromAsync(told)).rejects.toThrow('a part cannot be told');
    expect(failures).toEqual([new Error('no')]);
  });

  it('goes on when nobody reads it any more', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { told, ended, failures } = tell(() => promise);
    told.destroy();
    resolve();
    expect(await ended).toEqual([]);
    expect(failures).toEqual([]);
  });
});
