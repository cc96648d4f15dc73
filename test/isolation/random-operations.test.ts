/**
 * Random operations over the whole schema, by every role of both companies at once.
 *
 * `ISOLATION_OPERATIONS=50000` tries more of them than each run does. What failed is named with a seed and a path: with them as
 * `ISOLATION_SEED` and `ISOLATION_PATH` the same is tried again, and made smaller.
 */
import { PERSONAS } from '@commonhold/development/personas.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { tokenFor } from '../system/client.ts';
import { CHANGES_RIGHTS, type RandomOperation, randomOperation } from './random-operations.ts';
import { fieldsBySubgraph, reachedFields } from './reached-fields.ts';
import { type Bench, createBench } from './surroundings.ts';
import { type Outcome, tryOperation } from './trial.ts';

const OPERATIONS = Number(process.env['ISOLATION_OPERATIONS'] ?? 160);
const SEED = process.env['ISOLATION_SEED'];
const PATH = process.env['ISOLATION_PATH'];

/** So many are under way at once, of both companies. */
const TOGETHER = 10;
const GREATEST_MILLISECONDS = 120_000 + OPERATIONS * 500;

const numbers = fc.array(fc.nat(0xffff), { minLength: 20, maxLength: 400, size: 'max' });

describe('any operation of anybody', () => {
  let bench: Bench;
  let subgraphs: ReadonlyMap<string, ReadonlySet<string>>;
  const answered: ReadonlySet<string>[] = [];
  let compared = 0;

  beforeAll(async () => {
    await Promise.all(PERSONAS.map(({ email }) => tokenFor(email)));
    bench = await createBench();
    subgraphs = await fieldsBySubgraph(bench.schema, CHANGES_RIGHTS);
  }, 120_000);
  afterAll(() => bench?.close());

  const note = ({ query }: RandomOperation, { answer, isCompared }: Outcome): void => {
    answered.push(reachedFields(bench.schema, query, answer.body.data));
    if (isCompared) compared += 1;
  };

  it(
    'shows nothing of the other company, asks partners for nothing of it, and can’t tell its ids from absent ones',
    async () => {
      const operation = numbers.map((list) => {
        const made = randomOperation(list, bench);
        return { ...made, [fc.toStringMethod]: () => made.persona.email };
      });
      const operations = fc.array(operation, { minLength: TOGETHER, maxLength: TOGETHER });
      await fc.assert(
        fc.asyncProperty(operations, async (made) => {
          await Promise.all(made.map(async (one) => note(one, await tryOperation(one, bench))));
        }),
        {
          numRuns: Math.ceil(OPERATIONS / TOGETHER),
          ...(SEED !== undefined && { seed: Number(SEED) }),
          ...(PATH === undefined ? { endOnFailure: true } : { path: PATH }),
        },
      );
    },
    GREATEST_MILLISECONDS,
  );

  it.each(SUBGRAPHS)('was tried with data of $name, in many of its fields', ({ name }) => {
    const fields = subgraphs.get(name) ?? new Set();
    const reached = answered.map((all) => all.intersection(fields)).filter(({ size }) => size > 0);
    const seen = new Set(reached.flatMap((all) => [...all]));
    expect(reached.length / answered.length).toBeGreaterThan(0.05);
    expect(seen.size / fields.size).toBeGreaterThan(0.3);
  });

  it('was tried with what is not theirs, in orders and questions that change nothing', () => {
    expect(compared / answered.length).toBeGreaterThan(0.2);
  });
});
