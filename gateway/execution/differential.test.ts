/**
 * The gateway's execution beside Apollo's: random supergraphs, operations and faults. `EXECUTION_RUNS` says how many
 * operations are tried, `EXECUTION_SEED` and `EXECUTION_PATH` repeat one that failed.
 */

import { composeServices } from '@apollo/composition';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NoUnusedVariablesRule, parse, print, specifiedRules, validate } from 'graphql';
import { createPlanner } from '../planning/planner.ts';
import { type ChooseOverrides, createOverrideChoice } from '../planning/progressive-override.ts';
import { type LoadedSupergraph, prepareSupergraph } from '../supergraph/load-supergraph.ts';
import { joinedAnswer } from '../testing/joined-answer.ts';
import { executeByApollo, sorted } from '../testing/random/apollo-execution.ts';
import { type AnswerRequest, type Faults, inventSubgraph } from '../testing/random/invented-subgraph.ts';
import { createOwnExecution, type ExecuteOwn } from '../testing/random/own-execution.ts';
import { randomDefers } from '../testing/random/random-defers.ts';
import { randomGraph } from '../testing/random/random-graph.ts';
import { randomOperation } from '../testing/random/random-operation.ts';
import { DeferRule } from './deferral/defer-rule.ts';

const RUNS = Number(process.env['EXECUTION_RUNS'] ?? 60);
const OPERATIONS_PER_GRAPH = 20;
const LONGEST_MILLISECONDS = 600_000 + RUNS * 100;
/** The same ones each time, unless more are asked for: what is found by chance is looked for on purpose. */
const REPEATED = process.env['EXECUTION_SEED']
  ? { seed: Number(process.env['EXECUTION_SEED']), path: process.env['EXECUTION_PATH'] ?? '' }
  : process.env['EXECUTION_RUNS']
    ? {}
    : { seed: 20_261_124 };

interface Prepared {
  readonly supergraph: LoadedSupergraph;
  readonly answering: Readonly<Record<string, AnswerRequest>>;
  readonly chooseOverrides: ChooseOverrides;
  readonly planOperation: ReturnType<typeof createPlanner>;
  readonly execute: ExecuteOwn;
}

function prepare(numbers: readonly number[], faults: Faults): Prepared | undefined {
  const subgraphs = randomGraph(numbers);
  const { supergraphSdl } = composeServices(
    subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) return undefined;
  const supergraph = prepareSupergraph(supergraphSdl, 'random');
  const answering = Object.fromEntries(subgraphs.map((subgraph) => [subgraph.name, inventSubgraph(subgraph, faults)]));
  return {
    supergraph,
    answering,
    chooseOverrides: createOverrideChoice(supergraphSdl),
    planOperation: createPlanner(supergraphSdl),
    execute: createOwnExecution(supergraph, answering),
  };
}

const RULES = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);

const counted = { graphs: 0, operations: 0, hops: 0, errors: 0, refused: 0, parts: 0, partsWithErrors: 0 };

async function compare(
  { supergraph, answering, chooseOverrides, planOperation, execute }: Prepared,
  numbers: readonly number[],
): Promise<void> {
  const { query, variables } = randomOperation(supergraph.clientSchema, numbers);
  const document = parse(query, { noLocation: true });
  if (validate(supergraph.clientSchema, document, RULES).length > 0) {
    counted.refused += 1;
    return;
  }
  const planned = planOperation({ operation: query, overrides: chooseOverrides() });
  if (planned.kind === 'too-complex') return;
  const { plan } = planned;
  const theirs = await executeByApollo(supergraph, plan, document, variables, answering);
  const { data, errors } = await execute(document, variables);
  // Apollo's makes an object without a type null, and says nothing.
  const told = sorted(errors.map(({ path }) => path ?? []));
  const isUntold = (path: string) => path.endsWith('.__typename') && nullOn(data, path.split('.')) !== undefined;
  const ours = { data, errorPaths: told.filter((path) => !isUntold(path) || theirs.errorPaths.includes(path)) };
  counted.operations += 1;
  if (JSON.stringify(plan).includes('"requires"')) counted.hops += 1;
  if (ours.errorPaths.length > 0) counted.errors += 1;
  const about = { query, variables: JSON.stringify(variables) };
  expect({ ...about, data, errorPaths: withGone(data, ours.errorPaths, theirs.errorPaths) }).toEqual({
    ...about,
    data: theirs.data,
    errorPaths: withGone(theirs.data, theirs.errorPaths, ours.errorPaths),
  });
}

/**
 * Adds of the other's errors those at or below a null that has an error already: which of several is told there, and
 * whether all are, is each executor's own choice (specification, 6.4.4). Apollo's looks at fields of one name apart when
 * they are asked for apart, so that it may miss some of the second, and at fields of objects that have no type.
 */
function withGone(data: unknown, own: readonly string[], other: readonly string[]): readonly string[] {
  const explained = new Set(own.flatMap((path) => nullOn(data, path.split('.')) ?? []));
  const added = other.filter((path) => explained.has(nullOn(data, path.split('.')) ?? 'none'));
  return [...new Set([...own, ...added])].toSorted();
}

/** Where a null stands on a path. */
function nullOn(data: unknown, path: readonly string[], depth = 0): string | undefined {
  if (data === null) return path.slice(0, depth).join('.');
  const part = path[depth];
  if (typeof data !== 'object' || part === undefined) return undefined;
  return nullOn(Object.entries(data).find(([key]) => key === part)?.[1], path, depth + 1);
}

/** What else a subgraph is told of an entity, beside what it has to be, is the planner's choice. */
function withoutTold(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (key, value) => (/_(requiring|nesting)$/.test(key) ? 'told' : value));
}

/**
 * Faults follow from what a subgraph is asked, which is something else for parts; and of an interface object the planner may
 * have the type asked of a subgraph that doesn't know it, or not. With either, it is only looked whether each part has a
 * place, and an error when it is null.
 */
async function compareParts(
  { supergraph, execute }: Prepared,
  numbers: readonly number[],
  hasFaults: boolean,
): Promise<void> {
  const { query, variables } = randomOperation(supergraph.clientSchema, numbers);
  const document = randomDefers(parse(query, { noLocation: true }), numbers.toReversed());
  if (validate(supergraph.clientSchema, document, [...RULES, DeferRule]).length > 0) return;
  const whole = await execute(document, variables);
  const first = await execute.inParts(document, variables);
  const joined = joinedAnswer(first, first.later.flat());
  counted.parts += first.later.length;
  const about = { query: print(document), variables: JSON.stringify(variables) };
  // A null goes up no further than to its part.
  const isExact = !hasFaults && !supergraph.sdl.includes('isInterfaceObject: true');
  if (isExact && whole.errors.length + joined.errors.length === 0) {
    expect({ ...about, data: withoutTold(joined.data) }).toEqual({ ...about, data: withoutTold(whole.data) });
    return;
  }
  counted.partsWithErrors += 1;
  expect({
    ...about,
    untold: first.later.flat().filter(({ data, errors }) => data === null && errors.length === 0),
  }).toEqual({
    ...about,
    untold: [],
  });
}

describe('any operation on any supergraph', () => {
  const numbers = fc.array(fc.nat(0xffff), { minLength: 20, maxLength: 200 });
  const scenario = fc.record({
    graph: numbers,
    operations: fc.array(numbers, { minLength: OPERATIONS_PER_GRAPH, maxLength: OPERATIONS_PER_GRAPH }),
    faults: fc.record({ seed: fc.nat(), rarity: fc.constantFrom(0, 5, 15) }),
  });

  it(
    'has the data and the errors that it has by the executor of Apollo',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async ({ graph, operations, faults }) => {
          const prepared = prepare(graph, faults);
          if (!prepared) return;
          counted.graphs += 1;
          for (const operation of operations) await compare(prepared, operation);
        }),
        { numRuns: Math.ceil(RUNS / OPERATIONS_PER_GRAPH), endOnFailure: true, ...REPEATED },
      );
    },
    LONGEST_MILLISECONDS,
  );

  it(
    'has by `@defer` in parts what it has as a whole',
    async () => {
      await fc.assert(
        fc.asyncProperty(scenario, async ({ graph, operations, faults }) => {
          const rarity = faults.rarity === 5 ? 0 : faults.rarity;
          const prepared = prepare(graph, { ...faults, rarity });
          if (!prepared) return;
          for (const operation of operations) await compareParts(prepared, operation, rarity > 0);
        }),
        { numRuns: Math.ceil(RUNS / OPERATIONS_PER_GRAPH), endOnFailure: true, ...REPEATED },
      );
    },
    LONGEST_MILLISECONDS,
  );

  afterAll(() => {
    if (process.env['EXECUTION_RUNS']) console.log(counted);
  });
});
