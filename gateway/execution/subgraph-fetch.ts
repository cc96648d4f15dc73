/**
 * One fetch of a query plan: an operation goes to a subgraph, and its answer is parsed.
 *
 * A subgraph that is down, slow or answers nonsense makes this fetch's fields null, with an error for each; the other
 * subgraphs' data arrives. So does a right that the operation needs and that was removed since it began: nothing is sent. Only headers that are set here are sent: nothing of what a client sends gets through.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { z } from 'zod';
import type { Principal } from '../authentication/principal.ts';
import type { CheckStanding } from '../authentication/standing.ts';
import { isData, isList } from './data.ts';
import { withExtensions } from './fetch-body.ts';
import type { AnswerReader } from './read-answer.ts';
import { readSubgraphAnswer, type SubgraphAnswer } from './subgraph-answer.ts';
import type { ReachableSubgraph, SubgraphToken } from './subgraphs.ts';

/** What the fetches of one request share. */
export interface FetchContext {
  /** Looked at before anything is sent. */
  readonly checkStanding: CheckStanding;
  readonly requestId: string;
  /** Instant, in milliseconds since the epoch, after which nobody waits for the answer. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly log: () => Log;
  /** Told of each fetch that ended. */
  readonly onFetch: (subgraph: string, outcome: FetchOutcome, milliseconds: number) => void;
}

export type FetchOutcome = 'answered' | 'unavailable' | 'stopped';

export type Fetched =
  | ({ readonly kind: 'answered' } & SubgraphAnswer)
  /** What is told at each place where something is missing now. */
  | { readonly kind: 'failed'; readonly message: string; readonly code: ErrorCode };

export interface AskedFetch {
  readonly subgraph: string;
  /** The request's, as JSON. */
  readonly body: string;
  /** How many are asked for; they come back one for each, or not at all. */
  readonly entities?: number;
  /** Of the answer; undefined: all of it is parsed. */
  readonly reader: AnswerReader | undefined;
}

export type FetchFrom = (fetch: AskedFetch) => Promise<Fetched>;

/**
 * What a subgraph is left with to say that something took too long, before nobody waits any more: a tenth of the time,
 * half a second at most.
 */
const ANSWERING_SHARE = 0.1;
const GREATEST_ANSWERING_MILLISECONDS = 500;

/** For one request: a token is minted when the first fetch needs it, and again when what somebody may do has changed. */
export function createSubgraphFetch(
  subgraphs: ReadonlyMap<string, ReachableSubgraph>,
  context: FetchContext,
): FetchFrom {
  const asking = new Map<string, Ask>();
  return async ({ subgraph: name, body, entities, reader }) => {
    const start = performance.now();
    const ended = (outcome: FetchOutcome): void => context.onFetch(name, outcome, performance.now() - start);
    try {
      const answer = await askOf(name)(body, reader);
      if (entities !== undefined) assertComplete(answer, entities);
      ended('answered');
      return { kind: 'answered', ...answer };
    } catch (error) {
      if (error instanceof Stopped) {
        ended('stopped');
        context.log().info({ subgraph: name, reason: error.code }, 'fetch stopped');
        return { kind: 'failed', message: error.message, code: error.code };
      }
      ended('unavailable');
      context.log().error({ subgraph: name, reason: reason(error) }, 'subgraph unavailable');
      return { kind: 'failed', message: UNAVAILABLE, code: 'SUBGRAPH_UNAVAILABLE' };
    }
  };

  function askOf(name: string): Ask {
    const known = asking.get(name);
    if (known) return known;
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw new Error('unknown subgraph');
    const ask = createAsk(subgraph, context);
    asking.set(name, ask);
    return ask;
  }
}

type Ask = (body: string, reader: AnswerReader | undefined) => Promise<SubgraphAnswer>;

function createAsk(subgraph: ReachableSubgraph, context: FetchContext): Ask {
  const tokenOf = rememberToken(subgraph);
  return async (body, reader) => {
    const received = await send(body);
    if (received.kind === 'answered') return readSubgraphAnswer(received.bytes, reader);
    // Nothing was carried out, so that also a mutation may be sent again.
    const again = await send(body, received.accessVersion);
    if (again.kind === 'outdated') throw new Error('outdated');
    return readSubgraphAnswer(again.bytes, reader);
  };

  async function send(body: string, atLeast = 0): Promise<Received> {
    const standing = await context.checkStanding(atLeast);
    if (standing.kind === 'fallen') throw new Stopped(standing.code, standing.message);
    return post(subgraph, body, await tokenOf(standing.principal), context);
  }
}

const UNAVAILABLE = 'A part of the platform does not answer.';

/** Whom the operation is carried out for may not go on with it. */
class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

function rememberToken(
  subgraph: ReachableSubgraph,
): (principal: Principal | undefined) => Promise<SubgraphToken | undefined> {
  let last: { readonly principal: Principal; readonly token: Promise<SubgraphToken | undefined> } | undefined;
  return async (principal) => {
    if (!principal) return undefined;
    if (last?.principal !== principal) last = { principal, token: subgraph.mintToken(principal, Date.now()) };
    return last.token;
  };
}

type Received =
  | { readonly kind: 'answered'; readonly bytes: Buffer }
  /** The subgraph knows of changes of access up to this version, which aren't all in the token. */
  | { readonly kind: 'outdated'; readonly accessVersion: number };

const OUTDATED_STATUS = 412;
const outdated = z.object({ accessVersion: z.number().int().nonnegative() });

async function post(
  { url, connection }: ReachableSubgraph,
  body: string,
  token: SubgraphToken | undefined,
  { requestId, deadline, signal }: FetchContext,
): Promise<Received> {
  const millisecondsLeft = deadline - Date.now();
  if (millisecondsLeft <= 0) throw new Error('deadline');
  const { status, contentType, bytes } = await connection.post(url, {
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'x-request-id': requestId,
      'x-deadline-ms': String(workingTime(millisecondsLeft)),
      ...(token && { authorization: `Bearer ${token.token}` }),
    },
    body: token?.extensions ? withExtensions(body, token.extensions) : body,
    signal,
  });
  if (status === OUTDATED_STATUS && token !== undefined) {
    return { kind: 'outdated', ...outdated.parse(JSON.parse(bytes.toString())) };
  }
  if (status === 401 || status === 403 || status >= 500 || (status >= 300 && status < 400)) {
    throw new Error(`status ${status}`);
  }
  if (!/^application\/(graphql-response\+)?json\b/i.test(contentType)) throw new Error('media type');
  return { kind: 'answered', bytes };
}

function workingTime(millisecondsLeft: number): number {
  const answering = Math.min(GREATEST_ANSWERING_MILLISECONDS, millisecondsLeft * ANSWERING_SHARE);
  return Math.max(1, Math.round(millisecondsLeft - answering));
}

/** Entities come back one for each that was asked for, or not at all. */
function assertComplete({ data }: SubgraphAnswer, asked: number): void {
  const entities = data?.['_entities'];
  const isComplete = isList(entities) && entities.length === asked;
  if (data && !(isComplete && entities.every((entity) => entity === null || isData(entity)))) {
    throw new Error('entities');
  }
}

/** For the log: the kind of failure, never a message, which may hold an address or data. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string'
    ? error.code
    : error.name === 'Error'
      ? error.message
      : error.name;
}
