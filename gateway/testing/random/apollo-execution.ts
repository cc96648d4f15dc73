/**
 * Apollo's own executor, to compare with. Errors of fetches are collected beside it, since it tells of null violations
 * only as long as there are none.
 */
import type { Schema } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan, type ServiceMap } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext, GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import { type DocumentNode, GraphQLError, isInterfaceType, Kind, parse, type SelectionSetNode } from 'graphql';
import { createConditionalRequires } from '../../execution/conditional-requires.ts';
import { buildSupergraph } from '../../supergraph/build-supergraph.ts';
import type { LoadedSupergraph } from '../../supergraph/load-supergraph.ts';
import type { AnswerRequest } from './invented-subgraph.ts';

export interface Compared {
  readonly data: unknown;
  /** Sorted, each once. */
  readonly errorPaths: readonly string[];
}

export async function executeByApollo(
  supergraph: LoadedSupergraph,
  plan: QueryPlan,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  subgraphs: Readonly<Record<string, AnswerRequest>>,
): Promise<Compared> {
  const errors: GraphQLError[] = [];
  // The executor takes objects as they come, so that these are those of its data.
  const root: Record<string, unknown> = {};
  const services: ServiceMap = Object.create(null);
  for (const [name, answer] of Object.entries(subgraphs)) {
    services[name] = {
      process: async (options) => {
        const { query = '', variables } = options.request;
        const path = 'pathInIncomingRequest' in options ? (options.pathInIncomingRequest ?? []) : [];
        const result = await answer({ query, variables }).catch(() => ({
          data: undefined,
          errors: missedPaths(query, variables).map((path) => new GraphQLError('missed', { path })),
        }));
        const plain: GatewayGraphQLResponse = JSON.parse(JSON.stringify(result));
        forgetStandIns(plain.data?.['_entities'], supergraph);
        const told = everywhere(plain, variables)?.map((error) => atEntity(error, root, path, variables));
        if (path.length === 0) Object.assign(root, plain.data);
        return { ...plain, ...(told && { errors: new Diverted(told, errors) }) };
      },
    };
  }
  const context = { request: { variables }, metrics: {}, context: {}, document } as unknown;
  const result = await executeQueryPlan(
    withConditionalRequires(plan, supergraph),
    services,
    context as GatewayGraphQLRequestContext,
    buildOperationContext({ schema: supergraph.clientSchema, operationDocument: document }),
    supergraph.fullSchema,
    apiSchemaOf(supergraph),
  );
  const explained = [...errors, ...(result.errors ?? [])].map(({ path }) => path ?? []);
  const completion: unknown = result.extensions?.['valueCompletion'];
  const violations = (Array.isArray(completion) ? completion : []).map(({ path }: GraphQLError) => path ?? []);
  const unexplained = violations.filter((path) => !explained.some((other) => isOnOnePath(path, other)));
  return { data: result.data ?? null, errorPaths: sorted([...explained, ...unexplained]) };
}

/** What it gets wrong: the name of an interface, from a subgraph to which that is an object type, replaces the object's own. */
function forgetStandIns(entities: unknown, { fullSchema }: LoadedSupergraph): void {
  for (const entity of Array.isArray(entities) ? entities : []) {
    if (isInterfaceType(fullSchema.getType(entity?.__typename))) delete entity.__typename;
  }
}

/** What the planner gets wrong: a fetch asks for what only fields require that aren't asked for. */
function withConditionalRequires(plan: QueryPlan, { sdl, fullSchema }: LoadedSupergraph): QueryPlan {
  const amend = createConditionalRequires(parse(sdl, { noLocation: true }), fullSchema);
  const { node } = plan;
  if (!amend || !node || node.kind === 'Subscription') return plan;
  return { ...plan, node: amend(node) };
}

type Path = readonly (string | number)[];
type ResponseError = NonNullable<GatewayGraphQLResponse['errors']>[number];

export function sorted(paths: readonly Path[]): readonly string[] {
  return [...new Set(paths.map((path) => path.join('.')))].toSorted();
}

/** What nobody answers is missed at each of its places. */
function missedPaths(query: string, variables: Readonly<Record<string, unknown>> | undefined): readonly Path[] {
  const representations: unknown = variables?.['representations'];
  if (Array.isArray(representations)) return representations.map((_, index) => ['_entities', index]);
  const { definitions } = parse(query);
  const keysOf = (selectionSet: SelectionSetNode | undefined): readonly string[] =>
    (selectionSet?.selections ?? []).flatMap((node) => {
      if (node.kind === Kind.FIELD) return [(node.alias ?? node.name).value];
      if (node.kind === Kind.INLINE_FRAGMENT) return keysOf(node.selectionSet);
      const fragment = definitions.find((other) => 'name' in other && other.name?.value === node.name.value);
      return keysOf(fragment && 'selectionSet' in fragment ? fragment.selectionSet : undefined);
    });
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return keysOf(operation?.selectionSet).map((key) => [key]);
}

/** An error of entities that names none is one of all. */
function everywhere(
  { errors }: GatewayGraphQLResponse,
  variables: Readonly<Record<string, unknown>> | undefined,
): readonly ResponseError[] | undefined {
  const representations: unknown = variables?.['representations'];
  if (!Array.isArray(representations)) return errors;
  return errors?.flatMap((error) =>
    typeof error.path?.[1] === 'number'
      ? [error]
      : representations.map((_, index) => ({ ...error, path: ['_entities', index] })),
  );
}

/** Apollo takes the number of a representation for that of an entity, also where some entities had none. */
function atEntity(
  error: ResponseError,
  root: unknown,
  path: Path,
  variables: Readonly<Record<string, unknown>> | undefined,
): ResponseError {
  const [first, index, ...rest] = error.path ?? [];
  const representations: unknown = variables?.['representations'];
  if (typeof index !== 'number' || !Array.isArray(representations)) return error;
  let next = 0;
  const places: number[] = [];
  for (const [place, entity] of entitiesAt(root, path).entries()) {
    if (next >= representations.length || !contains(entity, representations[next])) continue;
    places.push(place);
    next += 1;
  }
  return { ...error, path: [first ?? '', places[index] ?? index, ...rest] };
}

function entitiesAt(value: unknown, [part, ...rest]: Path): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (part === undefined) return [value];
  if (part !== '@') return entitiesAt(Object.entries(value).find(([key]) => key === part)?.[1], rest);
  return Array.isArray(value) ? value.flatMap((item) => entitiesAt(item, rest)) : [];
}

function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.entries(part).every(([key, value]) => {
    const own = Object.entries(whole).find(([name]) => name === key);
    return own !== undefined && contains(own[1], value);
  });
}

/** Errors that go to `collected` when the executor maps them, and leave nothing. */
class Diverted extends Array<ResponseError> {
  readonly #collected: GraphQLError[];

  constructor(errors: readonly ResponseError[], collected: GraphQLError[]) {
    super();
    this.push(...errors);
    this.#collected = collected;
  }

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  override map<Mapped>(mapper: (error: ResponseError, index: number, errors: ResponseError[]) => Mapped): Mapped[] {
    for (const [index, error] of this.entries()) {
      const mapped = mapper(error, index, this);
      if (mapped instanceof GraphQLError) this.#collected.push(mapped);
    }
    return [];
  }
}

function isOnOnePath(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).every((part, index) => part === other[index]);
}

/** Made once for each supergraph: Apollo's executor alone asks for this form. */
const apiSchemas = new WeakMap<LoadedSupergraph, Schema>();

function apiSchemaOf(supergraph: LoadedSupergraph): Schema {
  const schema = apiSchemas.get(supergraph) ?? buildSupergraph(supergraph.sdl).apiSchema();
  apiSchemas.set(supergraph, schema);
  return schema;
}
