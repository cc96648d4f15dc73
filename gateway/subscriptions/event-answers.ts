/**
 * An event → what its subscribers are told. All who ask the same with the same rights have one answer, which is asked for
 * once; who they are counts where a subgraph is told that.
 */
import { hash, randomUUID } from 'node:crypto';
import type { GatewayExecutionResult } from '@apollo/server-gateway-interface';
import type { Log } from '@commonhold/platform/log.ts';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';
import { SUBGRAPHS } from '@commonhold/schema/subgraphs.ts';
import type { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { AskedOperation } from '../asked-operation.ts';
import type { Audit } from '../audit/audit.ts';
import { generalPolicies, type Principal, rightsOf } from '../authentication/principal.ts';
import { fetchesOf } from '../authorization/plan-check.ts';
import type { AuthorizeOperation } from '../authorize.ts';
import { finalError } from '../errors.ts';
import { withVerbatims } from '../execution/marks.ts';
import { stringifyAnswer, WrittenData } from '../execution/written-data.ts';
import type { Pipeline } from '../pipeline.ts';
import type { PlanOperation } from '../planning/plan.ts';
import { remembering } from '../remembering.ts';
import { type RequestRecord, startRecord } from '../telemetry/request-record.ts';
import type { LiveEvent } from './event-log.ts';
import type { LiveOperation, Variables } from './live-operation.ts';
import { createTurns } from './turns.ts';

export type EventAnswer =
  /** `text`: the answer as JSON, in one line. */
  | { readonly kind: 'told'; readonly text: string }
  /** They may not see it, or it is no more. */
  | { readonly kind: 'hidden' }
  /** It could not be found out. */
  | { readonly kind: 'unresolved' };

export interface Subscribed {
  readonly operation: LiveOperation;
  readonly variables: Variables;
}

export interface EventAnswersParts {
  readonly answer: Pipeline['answer'];
  readonly authorize: AuthorizeOperation;
  readonly plan: PlanOperation;
  readonly audit: Audit;
  readonly timeoutMilliseconds: number;
  readonly log: Log;
}

/** What `principal` is told of `event`. The record of access has it for each of them. */
export type AnswerEvent = (event: LiveEvent, subscribed: Subscribed, principal: Principal) => Promise<EventAnswer>;

export interface EventAnswers {
  /** Begins to find out what will be told; nobody is told yet. */
  prepare(event: LiveEvent, subscribed: Subscribed, principal: Principal): void;
  readonly answer: AnswerEvent;
}

interface Found {
  readonly result: GatewayExecutionResult;
  readonly answer: EventAnswer;
  /** For whom it was asked; undefined once it stands in the record of access. */
  askedFor: Principal | undefined;
}

const MOST_KEPT = 5_000;
/** For those who are alike, not for those who come again: what is erased or has changed since isn't told any more. */
const KEPT_MILLISECONDS = 60_000;
/** The partner may answer the next time. */
const KEPT_UNRESOLVED_MILLISECONDS = 1_000;
const MOST_UNDER_WAY = 64;
const PERSONAL_SUBGRAPHS: ReadonlySet<string> = new Set(
  SUBGRAPHS.flatMap(({ name, personalClaims }) => (personalClaims.length > 0 ? [name] : [])),
);
const UNRESOLVED: ReadonlySet<unknown> = new Set<ErrorCode>([
  'SUBGRAPH_UNAVAILABLE',
  'PARTNER_UNAVAILABLE',
  'PARTNER_TIMEOUT',
  'PARTNER_RATE_LIMITED',
  'PARTNER_CONTRACT_VIOLATION',
  'INTERNAL_SERVER_ERROR',
  'OVERLOADED',
]);
/** Of the one that it was asked for, and of nobody else. */
const FALLEN: ReadonlySet<unknown> = new Set<ErrorCode>(['FORBIDDEN', 'UNAUTHENTICATED']);

export function createEventAnswers(parts: EventAnswersParts): EventAnswers {
  const { answer, authorize, plan, audit, timeoutMilliseconds, log } = parts;
  const kept = new LRUCache<string, Promise<Found>>({ max: MOST_KEPT, ttl: KEPT_MILLISECONDS });
  const takeTurn = createTurns(MOST_UNDER_WAY);

  async function find(event: LiveEvent, subscribed: Subscribed, principal: Principal): Promise<Found> {
    const asked = subscribed.operation.about(event.entity.id, subscribed.variables);
    const who = await isToldToSubgraphs(subscribed.operation, asked, principal);
    const key = `${event.number} ${event.cursor} ${likenessOf(principal, who)} ${subscribed.operation.identity(subscribed.variables)}`;
    const known = kept.get(key);
    if (known) return known;
    const finding = takeTurn(() => ask(asked, subscribed.operation, principal), event.alarm !== undefined);
    kept.set(key, finding);
    const found = await finding;
    // What was stopped for somebody's sake isn't others' answer.
    if (isFallen(found.result)) kept.delete(key);
    else if (found.answer.kind === 'unresolved') kept.set(key, finding, { ttl: KEPT_UNRESOLVED_MILLISECONDS });
    return found;
  }

  async function ask(asked: AskedOperation, operation: LiveOperation, principal: Principal): Promise<Found> {
    const record = recordOf(operation, principal);
    const request = {
      rights: rightsOf(principal, record.startedAt),
      record,
      deadline: record.startedAt + timeoutMilliseconds,
      signal: AbortSignal.timeout(timeoutMilliseconds),
      log: () => log.child({ requestId: record.id }),
    };
    // What fails has been logged.
    const result: GatewayExecutionResult = await answer(request, asked).catch(() => ({}));
    return { result, answer: readAnswer(result, operation.key), askedFor: principal };
  }

  const planAsksWho = new WeakMap<LiveOperation, (rights: Rights) => Promise<boolean>>();

  async function isToldToSubgraphs(
    operation: LiveOperation,
    asked: AskedOperation,
    principal: Principal,
  ): Promise<boolean> {
    const rights = rightsOf(principal, Date.now());
    const find =
      planAsksWho.get(operation) ??
      remembering(async (held: Rights) => {
        const { document } = authorize(asked, held, principal);
        if (!document) return false;
        const { node } = await plan(document, asked.operationName ?? undefined);
        return fetchesOf(node).some(({ serviceName }) => PERSONAL_SUBGRAPHS.has(serviceName));
      });
    planAsksWho.set(operation, find);
    return find(rights);
  }

  function note(asked: AskedOperation, operation: LiveOperation, principal: Principal, found: Found): void {
    const allowed = authorize(asked, rightsOf(principal, Date.now()), principal).document;
    audit({ record: recordOf(operation, principal), incoming: asked, allowed, errors: found.result.errors ?? [] });
  }

  return {
    prepare(event, subscribed, principal) {
      find(event, subscribed, principal).catch(() => undefined);
    },
    async answer(event, subscribed, principal) {
      const first = await find(event, subscribed, principal);
      const isOthers = first.askedFor !== principal && isFallen(first.result);
      const found = isOthers ? await find(event, subscribed, principal) : first;
      // The pipeline has noted it for the one that it was asked for.
      if (found.askedFor === principal) found.askedFor = undefined;
      else if (found.answer.kind === 'told') {
        note(subscribed.operation.about(event.entity.id, subscribed.variables), subscribed.operation, principal, found);
      }
      return found.answer;
    },
  };
}

function readAnswer(result: GatewayExecutionResult, key: string): EventAnswer {
  const { data, errors = [] } = result;
  if (data instanceof WrittenData && !data.toString().startsWith(`{${JSON.stringify(key)}:null`)) {
    const told = errors.map((error) => finalError(error.toJSON(), error));
    const text = stringifyAnswer({ data, ...(told.length > 0 && { errors: told }) });
    return { kind: 'told', text: String(withVerbatims(text, data.verbatims)).replaceAll(/[\r\n]/g, '') };
  }
  const codes = errors.map(({ extensions }) => extensions['code']);
  const isUnresolved = codes.some((code) => UNRESOLVED.has(code)) || (!data && codes.length === 0);
  return { kind: isUnresolved ? 'unresolved' : 'hidden' };
}

function isFallen({ errors = [] }: GatewayExecutionResult): boolean {
  return errors.some(({ extensions }: GraphQLError) => FALLEN.has(extensions['code']));
}

function recordOf({ operationName, hash: operationHash }: LiveOperation, principal: Principal): RequestRecord {
  const operationKind = 'subscription';
  return { ...startRecord(randomUUID()), principal, operationName, operationKind, operationHash };
}

/** The same text for those whom an answer can't tell apart. */
function likenessOf(principal: Principal, isToldWho: boolean): string {
  const who = isToldWho ? principal.subject : '';
  return `${digestOf(principal)} ${generalPolicies(principal, Date.now()).join()} ${JSON.stringify(who)}`;
}

const digestOf = remembering(({ tenant, kind, scheme, grants, withheld, isBriefingDue }: Principal) =>
  hash('sha256', JSON.stringify([tenant, kind, scheme, isBriefingDue, grants, withheld])),
);
