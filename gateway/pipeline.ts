/**
 * The way of a request, stage by stage. Apollo Server speaks HTTP and GraphQL around it: it calls `admit` before it
 * parses and validates, and `answer` when it has a valid operation.
 */
import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import type { Log } from '@commonhold/platform/log.ts';
import { ANONYMOUS_RIGHTS, type Rights } from '@commonhold/schema/requirement.ts';
import { GraphQLError } from 'graphql';
import type { AskedOperation } from './asked-operation.ts';
import type { Audit } from './audit/audit.ts';
import type { AskAccess } from './authentication/access.ts';
import type { Arrival, Authenticate } from './authentication/authenticate.ts';
import { rightsOf } from './authentication/principal.ts';
import { createStandingCheck, standsAnonymously } from './authentication/standing.ts';
import { selectOperation } from './authorization/operation.ts';
import type { AuthorizeOperation } from './authorize.ts';
import { internalError } from './execution/answer-errors.ts';
import { hasDefer, resolveDefers } from './execution/deferral/resolve-defers.ts';
import { assertExecutable, assertVariables } from './execution/executable.ts';
import type { ExecutePlan } from './execution/execute.ts';
import type { PlanOperation } from './planning/plan.ts';
import type { LimitOperation } from './protection/limit-operation.ts';
import { acceptsMultipart } from './protection/media-type.ts';
import type { Metrics } from './telemetry/metrics.ts';
import type { RequestRecord } from './telemetry/request-record.ts';

export interface PipelineParts {
  readonly authenticate: Authenticate;
  readonly limit: LimitOperation;
  readonly authorize: AuthorizeOperation;
  readonly plan: PlanOperation;
  readonly execute: ExecutePlan;
  readonly audit: Audit;
  readonly metrics: Metrics;
  /** What somebody may do now; undefined: nobody shows a token here. */
  readonly askAccess: AskAccess | undefined;
}

export interface IncomingRequest {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly arrival: Arrival;
  /** Tells the client what its next proof of possession should carry. */
  readonly offerNonce: (nonce: string) => void;
  readonly query: unknown;
  readonly variables: unknown;
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly record: RequestRecord;
  /** Made when it is asked for: few requests log anything on their way. */
  readonly log: () => Log;
}

/** A request that may go on: who asks, and what they may see. */
export interface AdmittedRequest extends IncomingRequest {
  readonly rights: Rights;
}

/** What an answer depends on beside the operation. */
export type AnsweredRequest = Pick<AdmittedRequest, 'rights' | 'record' | 'deadline' | 'signal' | 'log'>;

export interface Pipeline {
  /** @throws {GraphQLError} that says with which HTTP status and challenge the request is refused. */
  admit(request: IncomingRequest): Promise<AdmittedRequest>;
  /** Of an operation that comes after its client was let in. @throws {GraphQLError} `OPERATION_TOO_COMPLEX` */
  limit: LimitOperation;
  answer(request: AnsweredRequest, operation: AskedOperation): Promise<GatewayExecutionResult>;
}

export function createPipeline(parts: PipelineParts): Pipeline {
  const { authenticate, limit, authorize, plan, execute, audit, metrics, askAccess } = parts;
  return {
    limit,

    async admit(request) {
      const { record } = request;
      const principal = await authenticate({ ...request, requestId: record.id });
      record.principal = principal;
      limit(request);
      return { ...request, rights: principal ? rightsOf(principal, Date.now()) : ANONYMOUS_RIGHTS };
    },

    async answer({ rights, record, deadline, signal, log }, asked) {
      try {
        assertExecutable(asked);
        assertVariables(asked);
        const incoming = divide(asked);
        const authorized = authorize(incoming, rights, record.principal);
        record.prunedPaths = authorized.errors.length;
        metrics.fieldsPruned(authorized.errors.length);

        const { document, visibleSchema } = authorized;
        const planned = document && { document, plan: await plan(document, incoming.operationName ?? undefined) };
        if (planned) authorized.assertPlan(planned.plan);

        const noteAccess = (errors: readonly GraphQLError[]) => audit({ record, incoming, allowed: document, errors });
        const { data, errors } = await execute({
          planned,
          visibleSchema,
          incoming,
          leftOut: authorized.errors,
          fetchContext: {
            checkStanding:
              planned && record.principal && askAccess
                ? createStandingCheck({
                    principal: record.principal,
                    requestId: record.id,
                    askAccess,
                    mayGoOn: (renewed) => authorized.isPlanAllowed(planned.plan, rightsOf(renewed, record.startedAt)),
                  })
                : standsAnonymously,
            requestId: record.id,
            deadline,
            signal,
            log,
            onFetch: (subgraph, outcome, milliseconds) => metrics.fetchEnded(subgraph, outcome, milliseconds / 1000),
          },
        }).catch((error) => {
          // A fetch of it may have had its effect before.
          noteAccess([internalError()]);
          throw error;
        });
        if (data?.later) {
          void data.later.ended
            .then((later) => noteAccess([...errors, ...later]))
            .catch((error: unknown) => log().error({ err: error }, 'operation failed'));
        } else {
          noteAccess(errors);
        }
        return { data, ...(errors.length > 0 && { errors }) };
      } catch (error) {
        return refusal(error, log);
      }
    },
  };
}

/** As it is answered: with what comes later, if the client takes that, or all at once. */
function divide(incoming: AskedOperation): AskedOperation {
  const { document, request } = incoming;
  if (!hasDefer(document)) return incoming;
  const operationName = incoming.operationName ?? undefined;
  const divided = resolveDefers({
    document,
    operationName,
    variables: request.variables ?? {},
    acceptsParts: acceptsMultipart(request.http?.headers.get('accept') ?? undefined),
  });
  return { ...incoming, document: divided, operation: selectOperation(divided, operationName) };
}

/** What was made to be told is a client's mistake; anything else is ours, and its message may hold anything. */
function refusal(error: unknown, log: () => Log): GatewayExecutionResult {
  if (error instanceof GraphQLError) return { errors: [error] };
  log().error({ err: error }, 'operation failed');
  throw error;
}
