/**
 * The fifth stage of a request: the plan's fetches are made, and what came is written as the answer.
 *
 * 1. The plan, compiled, asks the subgraphs and puts together what they answer (`compile-plan.ts`).
 * 2. The client's operation, compiled, writes it to JSON (`write-answer.ts`).
 * 3. A null where none may be is an error too, unless an error told of already explains it.
 */
import type { QueryPlan } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { booleanVariables } from '../authorization/conditions.ts';
import type { LoadedSupergraph } from '../supergraph/load-supergraph.ts';
import { createPlanCompiler } from './compile-plan.ts';
import type { FindDataKeys } from './data-keys.ts';
import { createErrorDivision } from './deferral/divide-errors.ts';
import { tellLater } from './deferral/later-parts.ts';
import { createEntityLoads } from './entity-loads.ts';
import { errorsOfViolations } from './null-violations.ts';
import { PARSED_AT_FIRST } from './read-answer.ts';
import type { Run } from './step.ts';
import { createSubgraphFetch, type FetchContext } from './subgraph-fetch.ts';
import type { ReachableSubgraph } from './subgraphs.ts';
import { createAnswerWriting } from './write-answer.ts';
import { WrittenData } from './written-data.ts';

export interface Execution {
  /** Undefined: there is nothing to fetch. */
  readonly planned: { readonly document: DocumentNode; readonly plan: QueryPlan } | undefined;
  /** What introspection answers from. */
  readonly visibleSchema: GraphQLSchema;
  readonly incoming: Pick<GatewayGraphQLRequestContext, 'document' | 'operation' | 'operationName' | 'request'>;
  readonly fetchContext: FetchContext;
  /** One for each path that was left out of the operation. */
  readonly leftOut: readonly GraphQLError[];
}

export interface Answer {
  readonly data: WrittenData | null;
  /** Of what isn't told later. */
  readonly errors: GraphQLError[];
}

export type ExecutePlan = (execution: Execution) => Promise<Answer>;

/**
 * @param findDataKeys as the plans were made by
 * @param parsedAtFirst how many answers to each fetch, whatever could be left of them as it is
 */
export function createExecution(
  { sdl, fullSchema, clientSchema }: LoadedSupergraph,
  subgraphs: readonly ReachableSubgraph[],
  findDataKeys: FindDataKeys,
  parsedAtFirst = PARSED_AT_FIRST,
): ExecutePlan {
  const compile = createPlanCompiler(sdl, fullSchema, clientSchema, parsedAtFirst);
  const writerOf = createAnswerWriting(clientSchema, findDataKeys);
  const byName = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  return async ({ planned, visibleSchema, incoming, fetchContext, leftOut }) => {
    const { document, operation, request } = incoming;
    const variables = request.variables ?? {};
    const kept = planned?.document;
    const operationName = incoming.operationName ?? undefined;
    const writer = writerOf({ document, operationName, variables, kept, visibleSchema });
    const fetchFrom = createSubgraphFetch(byName, fetchContext);
    const run: Run = {
      root: {},
      isPlain: true,
      errors: [],
      later: undefined,
      variables,
      booleans: booleanVariables(operation, variables),
      isQuery: operation.operation === 'query',
      fetchFrom,
      loadEntities: createEntityLoads(fetchFrom),
      readerFor: (reader) => (reader && writer.takes(reader.shapes) ? reader : undefined),
    };
    if (planned) await compile(planned.plan)(run);
    const written = writer.write(run.root, run.isPlain);
    const found = kept ? run.errors.map((error) => inAnswer(error, findDataKeys(kept))) : run.errors;
    const divided =
      written.later.length > 0
        ? tellLater({
            run,
            writer,
            parts: written.later,
            errors: [...leftOut, ...found],
            division: createErrorDivision(document, operation),
            inAnswer: (error) => (kept ? inAnswer(error, findDataKeys(kept)) : error),
            onFailure: (error) => fetchContext.log().error({ err: error }, 'a part cannot be told'),
          })
        : undefined;
    const explained = divided ? found.filter((error) => divided.errors.includes(error)) : found;
    const violations = errorsOfViolations(written.violations, explained);
    return {
      data: written.text === undefined ? null : new WrittenData(written.text, written.verbatims, divided?.later),
      errors: divided ? [...divided.errors, ...violations] : [...leftOut, ...found, ...violations],
    };
  };
}

function inAnswer(error: GraphQLError, { inAnswer }: ReturnType<FindDataKeys>): GraphQLError {
  return error.path
    ? new GraphQLError(error.message, { path: inAnswer(error.path), extensions: error.extensions })
    : error;
}
