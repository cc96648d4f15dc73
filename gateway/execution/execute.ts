/**
 * The fifth stage of a request: the plan's fetches are made, and their data becomes one answer.
 *
 * 1. Apollo's executor walks the plan and merges what subgraphs answer.
 * 2. Errors of subgraphs are collected beside it, with the paths that they have in the whole answer.
 * 3. A null where none may be is an error too, unless an error told of already explains it.
 */
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayGraphQLResponse,
} from '@apollo/server-gateway-interface';
import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import type { LoadedSupergraph } from '../supergraph/load-supergraph.ts';
import { errorAt, errorOfSubgraph, internalError, type Path } from './answer-errors.ts';
import { createSubgraphFetch, type FetchContext } from './subgraph-fetch.ts';
import type { ReachableSubgraph } from './subgraphs.ts';

export interface Execution {
  readonly plan: QueryPlan;
  /** The operation that was planned. */
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** What introspection answers from. */
  readonly visibleSchema: GraphQLSchema;
  readonly incoming: GatewayGraphQLRequestContext;
  readonly fetchContext: Omit<FetchContext, 'schema'>;
}

export interface Answer {
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly GraphQLError[];
}

export type ExecutePlan = (execution: Execution) => Promise<Answer>;

export function createExecution(supergraph: LoadedSupergraph, subgraphs: readonly ReachableSubgraph[]): ExecutePlan {
  return async ({ plan, document, operationName, visibleSchema, incoming, fetchContext }) => {
    const ofSubgraphs: GraphQLError[] = [];
    const result = await executeQueryPlan(
      plan,
      services(subgraphs, { ...fetchContext, schema: supergraph.fullSchema }, ofSubgraphs),
      { ...incoming, document },
      buildOperationContext({
        schema: visibleSchema,
        operationDocument: document,
        ...(operationName !== undefined && { operationName }),
      }),
      supergraph.fullSchema,
      supergraph.planningSchema,
    );
    const failures = (result.errors ?? []).map(({ path }) => internalError(path));
    const explained = [...ofSubgraphs, ...failures];
    return { data: result.data, errors: [...explained, ...unexplained(nullViolations(result), explained)] };
  };
}

/**
 * The executor leaves out null violations as soon as there is any error, so it is given none: each fetch's errors go to
 * `collected`, once the executor has worked out their paths.
 */
function services(
  subgraphs: readonly ReachableSubgraph[],
  context: FetchContext,
  collected: GraphQLError[],
): ServiceMap {
  const map: ServiceMap = Object.create(null);
  for (const subgraph of subgraphs) {
    const source = createSubgraphFetch(subgraph, context);
    map[subgraph.name] = {
      process: async (options) => {
        const { errors, ...response } = await source.process(options);
        return errors ? { ...response, errors: new DivertedErrors(errors, collected) } : response;
      },
    };
  }
  return map;
}

type SubgraphError = NonNullable<GatewayGraphQLResponse['errors']>[number];

/** Errors that, when the executor maps them to theirs, go to `collected` and leave nothing. */
class DivertedErrors extends Array<SubgraphError> {
  readonly #collected: GraphQLError[];

  constructor(errors: readonly SubgraphError[], collected: GraphQLError[]) {
    super();
    this.push(...errors);
    this.#collected = collected;
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override map<Mapped>(mapper: (error: SubgraphError, index: number, errors: SubgraphError[]) => Mapped): Mapped[] {
    for (const [index, error] of this.entries()) {
      const mapped = mapper(error, index, this);
      if (mapped instanceof GraphQLError) {
        this.#collected.push(errorOfSubgraph(error.message, error.extensions?.['code'], mapped.path));
      }
    }
    return [];
  }
}

/** Apollo's executor reports them aside, in `extensions.valueCompletion`. */
function nullViolations({ extensions }: GatewayExecutionResult): readonly GraphQLError[] {
  const violations: unknown = extensions?.['valueCompletion'];
  return (Array.isArray(violations) ? violations : []).flatMap((violation) =>
    violation instanceof GraphQLError
      ? errorAt(
          'A part of the platform answered something that the schema does not allow.',
          'SUBGRAPH_UNAVAILABLE',
          violation.path,
        )
      : [],
  );
}

function unexplained(violations: readonly GraphQLError[], explained: readonly GraphQLError[]): readonly GraphQLError[] {
  return violations.filter(({ path }) => !explained.some((error) => isOnOnePath(error.path ?? [], path ?? [])));
}

/** Whether one is the other's beginning: an error above or below a null is the reason of it. */
function isOnOnePath(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).every((part, index) => part === other[index]);
}
