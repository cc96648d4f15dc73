/**
 * The gateway's execution beside Apollo's: random supergraphs, operations and faults. `EXECUTION_RUNS` says how many
 * operations are tried, `EXECUTION_SEED` and `EXECUTION_PATH` repeat one that failed.
 */
import { composeServices } from '@apollo/composition';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NoUnusedVariablesRule, parse, specifiedRules, validate } from 'graphql';
import { createPlanner } from '../planning/planner.ts';
import { type ChooseOverrides, createOverrideChoice } from '../planning/progressive-override.ts';
import { type LoadedSupergraph, prepareSupergraph } from '../supergraph/load-supergraph.ts';
import { executeByApollo, sorted } from '../testing/random/apollo-execution.ts';
import { type AnswerRequest, type Faults, inventSubgraph } from '../testing/random/invented-subgraph.ts';
import { createOwnExecution, type ExecuteOwn } from '../testing/random/own-execution.ts';
import { randomGraph } from '../testing/random/random-graph.ts';
import { randomOperation } from '../testing/random/random-operation.ts';

const RUNS = Number(process.env['EXECUTION_RUNS'] ?? 140);
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

const counted = { graphs: 0, operations: 0, hops: 0, errors: 0, refused: 0 };

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
  const ours = { data, errorPaths: sorted(errors.map(({ path }) => path ?? [])) };
  counted.operations += 1;
  if (JSON.stringify(plan).includes('"requires"')) counted.hops += 1;
  if (ours.errorPaths.length > 0) counted.errors += 1;
  const about = { query, variables: JSON.stringify(variables) };
  const gone = ours.errorPaths.filter((path) => isGone(theirs.data, path.split('.')));
  const errorPaths = [...new Set([...theirs.errorPaths, ...gone])].toSorted();
  expect({ ...about, ...ours }).toEqual({ ...about, data: theirs.data, errorPaths });
}

/**
 * Whether a null stands above a path. Apollo's executor looks at fields of one name apart when their conditions differ,
 * and may never come to the second one; by the specification (6.3.2) they are one field, with the errors of both.
 */
function isGone(data: unknown, [part, ...rest]: readonly string[]): boolean {
  if (data === null) return part !== undefined;
  if (typeof data !== 'object' || part === undefined) return false;
  return isGone(Object.entries(data).find(([key]) => key === part)?.[1], rest);
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

  afterAll(() => {
    if (process.env['EXECUTION_RUNS']) console.log(counted);
  });
});
