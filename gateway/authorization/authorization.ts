/**
 * What a principal may see of the supergraph, enforced before anything is fetched.
 *
 * 1. `prune` leaves out of an operation what the rights don't allow, before it is planned: it is never fetched, and
 *    nothing is computed from it.
 * 2. `assertPlanAllowed` looks at the finished plan once more.
 *
 * Beside that, `schemaFor` is what introspection shows, and `scopesOf` what a subgraph has to know of the rights.
 */
import { Supergraph } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { requirementsOf } from '@commonhold/schema/directives/requirements-of.ts';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { areMet, booleanVariables } from './conditions.ts';
import { selectOperation } from './operation.ts';
import { type Permissions, permissionsOf } from './permissions.ts';
import { planForbidden, readsDenied } from './plan-check.ts';
import { type PrunedField, type PrunedOperation, pruneOperation } from './prune-operation.ts';
import { createReach, type Reach, unwatchedReach } from './reach.ts';
import { roleSchema } from './role-schema.ts';
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
  /** Execute the client's document. */
  | { readonly kind: 'unchanged' }
  /** Execute `document`, and answer with these errors too. They are none when `@skip` hit them all. */
  | { readonly kind: 'pruned'; readonly document: DocumentNode; readonly errors: readonly GraphQLError[] }
  /** Nothing is left to fetch: answer with nulls and these errors. */
  | { readonly kind: 'denied'; readonly errors: readonly GraphQLError[] };

export interface Authorization {
  /** What clients' operations are validated against: without what is `@inaccessible`, the same for all roles. */
  readonly apiSchema: GraphQLSchema;
  /** @throws {GraphQLError} `OPERATION_TOO_COMPLEX` */
  prune(request: PruneRequest): PruneOutcome;
  /** @throws {GraphQLError} `FORBIDDEN` when a plan reads what these rights don't allow. */
  assertPlanAllowed(plan: QueryPlan, rights: Rights): void;
  isPlanAllowed(plan: QueryPlan, rights: Rights): boolean;
  /** The API schema as somebody with these rights sees it by introspection. */
  schemaFor(rights: Rights): GraphQLSchema;
  /** The scopes and policies that a subgraph's fields ask for; none for an unknown subgraph. */
  scopesOf(subgraph: string): SubgraphScopes;
}

/** How many different sets of rights are remembered, each with the operations that were pruned by it. */
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
  const apiSchema = Supergraph.build(supergraph, { supportedFeatures: null })
    .apiSchema()
    .toGraphQLJSSchema({ includeDefer: true });
  const index = indexSupergraph(supergraph);
  const policies = requirementsOf(supergraph);
  const asked = scopesOfGraph(undefined, index, policies);
  const scopes = new Map([...index.graphs].map(([name, graph]) => [name, scopesOfGraph(graph, index, policies)]));
  const grants = new LRUCache<string, Grant>({ max: REMEMBERED_RIGHTS });
  const grantsByRights = new WeakMap<Rights, Grant>();
  /** Of operations where it doesn't depend on variables: the same object each time. */
  const outcomes = new WeakMap<PrunedOperation, PruneOutcome>();

  return {
    apiSchema,
    prune({ document, operationName, variables, rights }) {
      const operation = selectOperation(document, operationName);
      const grant = grantOf(rights);
      const known = grant.operations.get(operation);
      const prunedOperation = known ?? pruneOperation(document, operation, { index, ...grant });
      if (!known) grant.operations.set(operation, prunedOperation);
      const { changed, pruned } = prunedOperation;
      if (!changed) return UNCHANGED;
      const settled = outcomes.get(prunedOperation);
      if (settled) return settled;
      const given = booleanVariables(operation, variables);
      const outcome = outcomeOf(
        prunedOperation,
        errorsOf(pruned.filter(({ conditions }) => areMet(conditions, given))),
      );
      if (pruned.every(({ conditions }) => conditions.length === 0)) outcomes.set(prunedOperation, outcome);
      return outcome;
    },
    assertPlanAllowed(plan, rights) {
      if (!isPlanAllowed(plan, rights)) throw planForbidden();
    },
    isPlanAllowed,
    schemaFor(rights) {
      const grant = grantOf(rights);
      grant.schema ??= roleSchema(apiSchema, grant.permissions, grant.reach);
      return grant.schema;
    },
    scopesOf: (subgraph) => scopes.get(subgraph) ?? { scopes: new Set(), policies: new Set() },
  };

  function isPlanAllowed(plan: QueryPlan, rights: Rights): boolean {
    const { permissions, allowedPlans } = grantOf(rights);
    if (allowedPlans.has(plan)) return true;
    if (readsDenied(plan, index.schema, permissions)) return false;
    allowedPlans.add(plan);
    return true;
  }

  function grantOf(rights: Rights): Grant {
    const known = grantsByRights.get(rights) ?? grantByFingerprint(rights);
    grantsByRights.set(rights, known);
    return known;
  }

  function grantByFingerprint(rights: Rights): Grant {
    const fingerprint = JSON.stringify([
      rights.authenticated,
      [...rights.scopes].filter((scope) => asked.scopes.has(scope)).sort(),
      [...rights.policies].filter((policy) => asked.policies.has(policy)).sort(),
    ]);
    return remember(grants, fingerprint, () => {
      const permissions = permissionsOf(rights, index, policies);
      const reach = permissions.hasDeniedKey ? createReach(index, permissions) : unwatchedReach();
      return { permissions, reach, operations: new WeakMap(), allowedPlans: new WeakSet(), schema: undefined };
    });
  }
}

/** What is worked out once for all who hold the same of the rights that the supergraph asks for. */
interface Grant {
  readonly permissions: Permissions;
  readonly reach: Reach;
  /** As long as the parsed operation itself is kept. */
  readonly operations: WeakMap<OperationDefinitionNode, PrunedOperation>;
  readonly allowedPlans: WeakSet<QueryPlan>;
  schema: GraphQLSchema | undefined;
}

function remember<Value extends object>(cache: LRUCache<string, Value>, key: string, make: () => Value): Value {
  const value = cache.get(key) ?? make();
  cache.set(key, value);
  return value;
}

const UNCHANGED: PruneOutcome = { kind: 'unchanged' };

function outcomeOf({ document }: PrunedOperation, errors: readonly GraphQLError[]): PruneOutcome {
  return document ? { kind: 'pruned', document, errors } : { kind: 'denied', errors };
}

const CODE: ErrorCode = 'UNAUTHORIZED_FIELD_OR_TYPE';

function errorsOf(pruned: readonly PrunedField[]): readonly GraphQLError[] {
  const paths = new Map(pruned.map(({ path }) => [JSON.stringify(path), path]));
  return [...paths.values()].map(
    (path) => new GraphQLError('Unauthorized field or type', { path, extensions: { code: CODE } }),
  );
}
