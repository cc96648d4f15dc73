/**
 * What a principal may see of the supergraph, enforced before anything is fetched.
 *
 * 1. `prune` leaves out of an operation what the rights don't allow, before it is planned: it is never fetched, and
 *    nothing is computed from it.
 * 2. `assertPlanAllowed` looks at the finished plan once more.
 * 3. `shape` completes the result of what was left to what the client asked: null in place of what was left out.
 *
 * Beside that, `schemaFor` is what introspection shows, and `scopesOf` what a subgraph has to know of the rights.
 */
import { Supergraph } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { requirementsOf } from '@commonhold/schema/directives/requirements-of.ts';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { areMet, booleanVariables } from './conditions.ts';
import { selectOperation } from './operation.ts';
import { type Permissions, permissionsOf } from './permissions.ts';
import { assertPlanAllowed } from './plan-check.ts';
import { type PrunedField, type PrunedOperation, pruneOperation } from './prune-operation.ts';
import { createReach, type Reach, unwatchedReach } from './reach.ts';
import { roleSchema } from './role-schema.ts';
import { type ResponseData, shapeResult } from './shape.ts';
import { type SubgraphScopes, scopesOfGraph } from './subgraph-scopes.ts';
import { indexSupergraph } from './supergraph-index.ts';

export interface PruneRequest {
  /** The validated document, as the client sent it. */
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly rights: Rights;
}

export type PruneOutcome =
  /** Execute the client's document; its result needs no shaping. */
  | { readonly kind: 'unchanged' }
  /** Execute `document`, shape its data, and answer with these errors too. They are none when `@skip` hit them all. */
  | { readonly kind: 'pruned'; readonly document: DocumentNode; readonly errors: readonly GraphQLError[] }
  /** Nothing is left to fetch: shape `{}`, and answer with these errors. */
  | { readonly kind: 'denied'; readonly errors: readonly GraphQLError[] };

export interface Authorization {
  /** What clients' operations are validated against: without what is `@inaccessible`, the same for all roles. */
  readonly apiSchema: GraphQLSchema;
  /** @throws {GraphQLError} `OPERATION_TOO_COMPLEX` */
  prune(request: PruneRequest): PruneOutcome;
  /** Completes `data`, the result of a pruned document, to the result of the client's own `document`. */
  shape(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Readonly<Record<string, unknown>> | undefined,
    data: ResponseData | null | undefined,
  ): ResponseData | null;
  /** @throws {GraphQLError} `FORBIDDEN` when a plan reads what these rights don't allow. */
  assertPlanAllowed(plan: QueryPlan, rights: Rights): void;
  /** The API schema as somebody with these rights sees it by introspection. */
  schemaFor(rights: Rights): GraphQLSchema;
  /** The scopes and policies that a subgraph's fields ask for; none for an unknown subgraph. */
  scopesOf(subgraph: string): SubgraphScopes;
}

/** How much is remembered: operations (with their rights), and different sets of rights. */
const REMEMBERED_OPERATIONS = 1_000;
const REMEMBERED_RIGHTS = 200;

/**
 * @param supergraphSdl a supergraph of federation 2.
 * @throws {Error} when it isn't one.
 *
 * @example
 * const authorization = createAuthorization(supergraphSdl);
 * const outcome = authorization.prune({ document, variables, rights });
 */
export function createAuthorization(supergraphSdl: string | DocumentNode): Authorization {
  const supergraph = typeof supergraphSdl === 'string' ? parse(supergraphSdl) : supergraphSdl;
  const apiSchema = Supergraph.build(supergraph, { supportedFeatures: null }).apiSchema().toGraphQLJSSchema();
  const index = indexSupergraph(supergraph);
  const policies = requirementsOf(supergraph);
  const asked = scopesOfGraph(undefined, index, policies);
  const scopes = new Map([...index.graphs].map(([name, graph]) => [name, scopesOfGraph(graph, index, policies)]));
  const grants = new LRUCache<string, Grant>({ max: REMEMBERED_RIGHTS });
  const operations = new LRUCache<string, PrunedOperation>({ max: REMEMBERED_OPERATIONS });
  const texts = new WeakMap<DocumentNode, string>();

  return {
    apiSchema,
    prune({ document, operationName, variables, rights }) {
      const operation = selectOperation(document, operationName);
      const grant = grantOf(rights);
      const {
        changed,
        pruned,
        document: kept,
      } = remember(operations, JSON.stringify([grant.fingerprint, operationName ?? null, textOf(document)]), () =>
        pruneOperation(document, operation, { index, ...grant }),
      );
      if (!changed) return { kind: 'unchanged' };
      const given = booleanVariables(operation, variables);
      const errors = errorsOf(pruned.filter(({ conditions }) => areMet(conditions, given)));
      return kept ? { kind: 'pruned', document: kept, errors } : { kind: 'denied', errors };
    },
    shape: (document, operationName, variables, data) =>
      shapeResult(apiSchema, document, operationName, variables, data),
    assertPlanAllowed(plan, rights) {
      const { permissions, allowedPlans } = grantOf(rights);
      if (allowedPlans.has(plan)) return;
      assertPlanAllowed(plan, index.schema, permissions);
      allowedPlans.add(plan);
    },
    schemaFor(rights) {
      const grant = grantOf(rights);
      grant.schema ??= roleSchema(apiSchema, grant.permissions, grant.reach);
      return grant.schema;
    },
    scopesOf: (subgraph) => scopes.get(subgraph) ?? { scopes: new Set(), policies: new Set() },
  };

  function grantOf(rights: Rights): Grant {
    const fingerprint = JSON.stringify([
      rights.authenticated,
      [...rights.scopes].filter((scope) => asked.scopes.has(scope)).sort(),
      [...rights.policies].filter((policy) => asked.policies.has(policy)).sort(),
    ]);
    return remember(grants, fingerprint, () => {
      const permissions = permissionsOf(rights, index, policies);
      const reach = permissions.hasDeniedKey ? createReach(index, permissions) : unwatchedReach();
      return { fingerprint, permissions, reach, allowedPlans: new WeakSet(), schema: undefined };
    });
  }

  function textOf(document: DocumentNode): string {
    const text = texts.get(document) ?? print(document);
    texts.set(document, text);
    return text;
  }
}

/** What is worked out once for all who hold the same of the rights that the supergraph asks for. */
interface Grant {
  readonly fingerprint: string;
  readonly permissions: Permissions;
  readonly reach: Reach;
  readonly allowedPlans: WeakSet<QueryPlan>;
  schema: GraphQLSchema | undefined;
}

function remember<Value extends object>(cache: LRUCache<string, Value>, key: string, make: () => Value): Value {
  const value = cache.get(key) ?? make();
  cache.set(key, value);
  return value;
}

const CODE: ErrorCode = 'UNAUTHORIZED_FIELD_OR_TYPE';

function errorsOf(pruned: readonly PrunedField[]): readonly GraphQLError[] {
  const paths = new Map(pruned.map(({ path }) => [JSON.stringify(path), path]));
  return [...paths.values()].map(
    (path) => new GraphQLError('Unauthorized field or type', { path, extensions: { code: CODE } }),
  );
}
