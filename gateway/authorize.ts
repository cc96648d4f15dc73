/**
 * The third stage of a request: what of the operation may this principal see?
 *
 * 1. The operation is pruned of everything else (`authorization/`).
 * 2. What a fresh login alone would open is told apart from what isn't theirs at all.
 * 3. Once planned, the plan is looked at again; once executed, the answer is completed to what was asked for.
 */
import type { QueryPlan } from '@apollo/query-planner';
import type { GatewayGraphQLRequestContext } from '@apollo/server-gateway-interface';
import type { Policy } from '@commonhold/schema/policy.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import { type Principal, withFreshLogin } from './authentication/principal.ts';
import { freshLoginNeeded } from './authentication/refusal.ts';
import type { Authorization } from './authorization/authorization.ts';
import type { Answer } from './execution/execute.ts';

export interface AuthorizedOperation {
  /** What may be planned; undefined: nothing. */
  readonly document: DocumentNode | undefined;
  /** What introspection shows. */
  readonly visibleSchema: GraphQLSchema;
  /** One for each path that was left out. */
  readonly errors: readonly GraphQLError[];
  /** @throws {GraphQLError} `FORBIDDEN` */
  assertPlan(plan: QueryPlan): void;
  /** The answer to what was left → the answer to what was asked. */
  shape(answer: Answer | undefined): Answer;
}

export type AuthorizeOperation = (
  incoming: GatewayGraphQLRequestContext,
  rights: Rights,
  principal: Principal | undefined,
) => AuthorizedOperation;

/** @param acrValues what a challenge for a fresh login asks for */
export function createAuthorize(authorization: Authorization, acrValues: readonly string[]): AuthorizeOperation {
  return ({ document, operationName, request }, rights, principal) => {
    const { variables } = request;
    const question = { document, operationName, variables };
    const outcome = authorization.prune({ ...question, rights });
    const isPerson = principal?.kind === 'person';
    const common = {
      // What a new login opens is theirs to know of, however old the last one is.
      visibleSchema: authorization.schemaFor(isPerson ? withFreshLogin(rights) : rights),
      assertPlan: (plan: QueryPlan) => authorization.assertPlanAllowed(plan, rights),
    };
    if (outcome.kind === 'unchanged') {
      return { ...common, document, errors: [], shape: (answer) => answer ?? NOTHING };
    }
    const mayStepUp = isPerson && !rights.policies.has(FRESH);
    const errors =
      mayStepUp && outcome.errors.length > 0
        ? challenge(outcome.errors, authorization.prune({ ...question, rights: withFreshLogin(rights) }), acrValues)
        : outcome.errors;
    return {
      ...common,
      document: outcome.kind === 'pruned' ? outcome.document : undefined,
      errors,
      shape: (answer) => ({
        data: authorization.shape(document, operationName, variables, answer ? answer.data : {}),
        errors: [...errors, ...(answer?.errors ?? [])],
      }),
    };
  };
}

const FRESH: Policy = 'fresh-mfa';
const NOTHING: Answer = { data: null, errors: [] };

/** Paths that stay closed after a fresh login keep their error; the others say how to open them. */
function challenge(
  errors: readonly GraphQLError[],
  afterLogin: ReturnType<Authorization['prune']>,
  acrValues: readonly string[],
): readonly GraphQLError[] {
  const closed = new Set((afterLogin.kind === 'unchanged' ? [] : afterLogin.errors).map(({ path }) => keyOf(path)));
  return errors.map((error) => (closed.has(keyOf(error.path)) ? error : freshLoginNeeded(error.path ?? [], acrValues)));
}

function keyOf(path: GraphQLError['path']): string {
  return JSON.stringify(path ?? []);
}
