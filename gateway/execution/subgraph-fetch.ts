/**
 * One fetch of a query plan: an operation goes to a subgraph, and its answer is parsed.
 *
 * A subgraph that is down, slow or answers nonsense makes this fetch's fields null, with an error for each; the other
 * subgraphs' data arrives. Only headers that are set here are sent: nothing of what a client sends gets through.
 */
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import type { GatewayGraphQLResponse } from '@apollo/server-gateway-interface';
import type { Log } from '@commonhold/platform/log.ts';
import { type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql';
import type { Principal } from '../authentication/principal.ts';
import { hasShapeOf } from './answer-shape.ts';
import { fetchEntities } from './entity-batches.ts';
import { parseSubgraphAnswer, type SubgraphAnswer } from './subgraph-answer.ts';
import type { ReachableSubgraph } from './subgraphs.ts';

/** What the fetches of one request share. */
export interface FetchContext {
  readonly principal: Principal | undefined;
  readonly requestId: string;
  /** Instant, in milliseconds since the epoch, after which nobody waits for the answer. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** The whole supergraph: answers are held against it. */
  readonly schema: GraphQLSchema;
  /** Told of each fetch that ended. */
  readonly onFetch: (subgraph: string, outcome: FetchOutcome, milliseconds: number) => void;
}

export type FetchOutcome = 'answered' | 'unavailable';

const MOST_ERRORS = 100;

/**
 * What a subgraph is left with to say that something took too long, before nobody waits any more: a tenth of the time,
 * half a second at most.
 */
const ANSWERING_SHARE = 0.1;
const GREATEST_ANSWERING_MILLISECONDS = 500;

type FetchRequest = GraphQLDataSourceProcessOptions['request'];

/** For one request: its token is minted once, when the first fetch needs it. */
export function createSubgraphFetch(subgraph: ReachableSubgraph, context: FetchContext): GraphQLDataSource {
  let token: Promise<string | undefined> | undefined;
  const mintToken = (): Promise<string | undefined> => {
    token ??= context.principal ? subgraph.mintToken(context.principal, Date.now()) : Promise.resolve(undefined);
    return token;
  };
  const fetchAnswer = async (request: FetchRequest, document: DocumentNode): Promise<SubgraphAnswer> => {
    const representations = representationsOf(request);
    if (!representations) {
      const answer = await post(subgraph, request, request.variables, await mintToken(), context);
      assertShape(answer, document, context);
      return answer;
    }
    return fetchEntities(representations, async (some) => {
      const variables = { ...request.variables, representations: some };
      const answer = await post(subgraph, request, variables, await mintToken(), context);
      assertComplete(answer, some.length);
      assertShape(answer, document, context);
      return answer;
    });
  };
  return {
    async process(options): Promise<GatewayGraphQLResponse> {
      const { request } = options;
      const document = ('document' in options && options.document) || parse(request.query ?? '', { noLocation: true });
      const start = performance.now();
      const ended = (outcome: FetchOutcome): void => context.onFetch(subgraph.name, outcome, performance.now() - start);
      try {
        const answer = await fetchAnswer(request, document);
        ended('answered');
        return toResponse(answer);
      } catch (error) {
        ended('unavailable');
        context.log.error({ subgraph: subgraph.name, reason: reason(error) }, 'subgraph unavailable');
        return { errors: unavailable(request, document) };
      }
    },
  };
}

async function post(
  { url, connection }: ReachableSubgraph,
  { query, operationName }: FetchRequest,
  variables: FetchRequest['variables'],
  token: string | undefined,
  { requestId, deadline, signal }: FetchContext,
): Promise<SubgraphAnswer> {
  const millisecondsLeft = deadline - Date.now();
  if (millisecondsLeft <= 0) throw new Error('deadline');
  const { status, contentType, text } = await connection.post(url, {
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'x-request-id': requestId,
      'x-deadline-ms': String(workingTime(millisecondsLeft)),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, operationName, variables }),
    signal,
  });
  if (status === 401 || status === 403 || status >= 500 || (status >= 300 && status < 400)) {
    throw new Error(`status ${status}`);
  }
  if (!/^application\/(graphql-response\+)?json\b/i.test(contentType)) throw new Error('media type');
  return parseSubgraphAnswer(text);
}

function workingTime(millisecondsLeft: number): number {
  const answering = Math.min(GREATEST_ANSWERING_MILLISECONDS, millisecondsLeft * ANSWERING_SHARE);
  return Math.max(1, Math.round(millisecondsLeft - answering));
}

/** Entities come back one for each that was asked for, or not at all. */
function assertComplete({ data }: SubgraphAnswer, asked: number): void {
  const entities = data?.['_entities'];
  if (data && !(Array.isArray(entities) && entities.length === asked)) throw new Error('entities');
}

function assertShape({ data }: SubgraphAnswer, document: DocumentNode, { schema }: FetchContext): void {
  if (data && !hasShapeOf(document, data, schema)) throw new Error('shape');
}

function representationsOf({ query, variables }: FetchRequest): readonly unknown[] | undefined {
  const representations: unknown = variables?.['representations'];
  return query?.includes('_entities(representations:') && Array.isArray(representations) ? representations : undefined;
}

function toResponse({ data, errors }: SubgraphAnswer): GatewayGraphQLResponse {
  return {
    ...(data && { data }),
    ...(errors && {
      errors: errors.slice(0, MOST_ERRORS).map(({ message, path, extensions }) => ({
        message,
        ...(path && { path }),
        extensions: { code: extensions?.['code'] },
      })),
    }),
  };
}

/** An error for each field or entity that isn't there now, in the terms of the subgraph's own answer. */
function unavailable(request: FetchRequest, document: DocumentNode): NonNullable<GatewayGraphQLResponse['errors']> {
  const paths =
    representationsOf(request)?.map((_, index) => ['_entities', index]) ?? rootKeys(document).map((key) => [key]);
  return paths.slice(0, MOST_ERRORS).map((path) => ({
    message: 'A part of the platform does not answer.',
    path,
    extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
  }));
}

function rootKeys({ definitions }: DocumentNode): readonly string[] {
  const operation = definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return (operation?.selectionSet.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.FIELD ? [(selection.alias ?? selection.name).value] : [],
  );
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
