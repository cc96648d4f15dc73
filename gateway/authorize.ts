/**
 * The third stage of a request: what of the operation may this principal see?
 *
 * 1. The operation is pruned of everything else (`authorization/`).
 * 2. What a better login, the security briefing or a bound token alone would open is told apart from what isn't theirs at
 *    all (`challenge.ts`).
 * 3. Once planned, the plan is looked at again.
 */
import type { QueryPlan } from '@apollo/query-planner';
import type { Rights } from '@commonhold/schema/requirement.ts';
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql';
import type { AskedOperation } from './asked-operation.ts';
import { type Principal, rightsOnceBriefed, rightsWhenBound } from './authentication/principal.ts';
import { type BetterLogin, rightsAfter } from './authentication/step-up.ts';
import type { Authorization, PruneOutcome } from './authorization/authorization.ts';
import { explainClosed } from './challenge.ts';
import { conditionVariables } from './execution/selected-fields.ts';
import { remembering } from './remembering.ts';

export interface AuthorizedOperation {
  /** What may be planned; undefined: nothing. */
  readonly document: DocumentNode | undefined;
  /** What introspection shows. */
  readonly visibleSchema: GraphQLSchema;
  /** One for each path that was left out. */
  readonly errors: readonly GraphQLError[];
  /** @throws {GraphQLError} `FORBIDDEN` */
  assertPlan(plan: QueryPlan): void;
  /** Whether these rights, which the principal has by now, suffice for the plan as well. */
  isPlanAllowed(plan: QueryPlan, rights: Rights): boolean;
}

export type AuthorizeOperation = (
  incoming: AskedOperation,
  rights: Rights,
  principal: Principal | undefined,
) => AuthorizedOperation;

/** @param betterLogins from the mildest to the strictest; none: nobody can log in */
export function createAuthorize(
  authorization: Authorization,
  betterLogins: readonly BetterLogin[],
): AuthorizeOperation {
  const strictest = betterLogins.at(-1);
  /** By who asks, with their rights at that time, and what of theirs was left out; where no variable decides about it. */
  const explanationsFor = remembering((_: Rights) => new WeakMap<PruneOutcome, readonly GraphQLError[]>());
  const isConditional = remembering((document: DocumentNode) => conditionVariables(document).length > 0);
  return ({ document, operationName, request }, rights, principal) => {
    const { variables } = request;
    const question = { document, operationName, variables };
    const outcome = authorization.prune({ ...question, rights });
    const person = principal?.kind === 'person' ? principal : undefined;
    const briefed = person?.isBriefingDue ? rightsOnceBriefed(person, Date.now()) : undefined;
    const best = afterLogin(briefed ?? rights, person && strictest);
    const common = {
      // What a better login or the briefing opens is theirs to know of, however weak or old the last login is.
      visibleSchema: authorization.schemaFor(best),
      assertPlan: (plan: QueryPlan) => authorization.assertPlanAllowed(plan, rights),
      isPlanAllowed: authorization.isPlanAllowed,
    };
    if (outcome.kind === 'unchanged') {
      return { ...common, document, errors: [] };
    }
    const outcomeWith = (better: Rights) => authorization.prune({ ...question, rights: better });
    const explained = isConditional(document) ? undefined : explanationsFor(rights);
    const errors =
      explained?.get(outcome) ??
      explainClosed(outcome, {
        login: person && {
          logins: betterLogins,
          outcomeAfter: (login) => outcomeWith(rightsAfter(rights, login)),
          scheme: person.scheme,
        },
        outcomeWhenBriefed: briefed && (() => outcomeWith(best)),
        outcomeWhenBound:
          principal && principal.withheld.length > 0 ? () => outcomeWith(bestRights(principal, strictest)) : undefined,
      });
    explained?.set(outcome, errors);
    return { ...common, document: outcome.kind === 'pruned' ? outcome.document : undefined, errors };
  };
}

/** With a bound token, which comes of a login that is the best as well, and the briefing confirmed. */
function bestRights(principal: Principal, login: BetterLogin | undefined): Rights {
  const rights = rightsWhenBound({ ...principal, isBriefingDue: false }, Date.now());
  return afterLogin(rights, principal.kind === 'person' ? login : undefined);
}

function afterLogin(rights: Rights, login: BetterLogin | undefined): Rights {
  return login ? rightsAfter(rights, login) : rights;
}
