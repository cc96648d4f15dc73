/** Compiled execution answers as graphql-js does, whatever the schema, the operation and what resolvers give. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { compileOperation, type Executed } from './operation.ts';
import { createRandom, randomWorld } from './random.ts';
import { randomOperation } from './random-operation.ts';

const RUNS = Number(process.env['EXECUTION_RUNS'] ?? 500);
/** All variables are declared, and not all are used. */
const RULES = specifiedRules.filter(({ name }) => name !== 'NoUnusedVariablesRule');

interface Answer {
  /** JSON text; undefined: nothing was carried out. */
  readonly data: string | undefined;
  readonly errors: readonly { readonly path: readonly (string | number)[]; readonly text: string }[];
}

describe('compiled execution', () => {
  it('gives what graphql-js gives', async () => {
    const seen = { failed: 0, later: 0, compared: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (worldSeed, operationSeed) => {
        const { schema, hasPromises } = randomWorld(worldSeed);
        const { text, variables } = randomOperation(schema, createRandom(operationSeed));
        const document = parse(text);
        fc.pre(validate(schema, document, RULES).length === 0);
        const operation = compileOperation(schema, () => undefined, document, null);
        let expected: Answer | undefined;
        // The third time it is compiled already; the second time, something else is skipped.
        for (const variableValues of [variables, { ...variables, yes: false, no: true }, variables]) {
          expected = asAnswer(await execute({ schema, document, variableValues }));
          const executed = await operation.execute({ context: undefined, variables: variableValues });
          assertSame(asAnswer(executed), expected, hasPromises);
        }
        seen.compared += 1;
        seen.failed += (expected?.errors.length ?? 0) > 0 ? 1 : 0;
        seen.later += hasPromises ? 1 : 0;
      }),
      { numRuns: RUNS, ...(process.env['EXECUTION_RUNS'] ? {} : { seed: 20_261_124 }) },
    );
    expect(Math.min(seen.failed, seen.later, seen.compared - seen.failed)).toBeGreaterThan(RUNS / 10);
  }, 600_000);
});

describe('an error below what became null before', () => {
  it('is left out, as by graphql-js', async () => {
    const { schema, document } = lateFailure();
    const expected = asAnswer(await execute({ schema, document }));
    const executed = await compileOperation(schema, () => undefined, document, null).execute({ context: undefined });
    expect(asAnswer(executed)).toEqual(expected);
    expect(expected.errors).toHaveLength(1);
  });
});

/** An object that is null at once, by a field that can't be, while another of its fields fails later. */
function lateFailure(): { readonly schema: GraphQLSchema; readonly document: DocumentNode } {
  const failing = (turns: number) => async () => {
    for (let turn = 0; turn < turns; turn += 1) await null;
    throw new Error(`after ${turns}`);
  };
  const inner = new GraphQLObjectType({
    name: 'Inner',
    fields: {
      late: { type: GraphQLString, resolve: failing(40) },
      must: { type: new GraphQLNonNull(GraphQLString), resolve: failing(1) },
    },
  });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      inner: { type: inner, resolve: () => ({}) },
      slow: { type: GraphQLString, resolve: () => failing(80)().catch(() => 'slow') },
    },
  });
  return { schema: new GraphQLSchema({ query }), document: parse('{ inner { late must } slow }') };
}

function asAnswer({ data, errors = [] }: ExecutionResult | Executed): Answer {
  return {
    data: data === undefined || typeof data === 'string' ? data : JSON.stringify(data),
    errors: errors.map((error) => ({ path: error.path ?? [], text: JSON.stringify(error) })),
  };
}

/**
 * Of several errors that make the same thing null, the first one counts; which that is, is a matter of who comes first
 * where resolvers wait.
 */
function assertSame(answer: Answer, expected: Answer, hasPromises: boolean): void {
  expect(answer.data).toBe(expected.data);
  if (hasPromises) expect(nulledPlaces(answer)).toEqual(nulledPlaces(expected));
  else expect(answer.errors).toEqual(expected.errors);
}

function nulledPlaces({ data, errors }: Answer): readonly string[] {
  const places = errors.map(({ path }) => {
    let value: unknown = data === undefined ? undefined : JSON.parse(data);
    let depth = 0;
    for (; depth < path.length && typeof value === 'object' && value !== null; depth += 1)
      value = Reflect.get(value, path[depth] ?? '');
    return JSON.stringify([path.slice(0, depth), value ?? null]);
  });
  return [...new Set(places)].sort();
}
