/**
 * Which media type an answer has, and with which status it goes, by the GraphQL over HTTP specification.
 *
 * - `application/graphql-response+json`: a document that can't be executed is answered with 400.
 * - `application/json` is for older clients: where there is a GraphQL answer at all, it goes with 200.
 * - A client that asks for nothing in particular may be old or new: it has data as `application/json`, and is told by the
 *   status, in the other type, when there is none.
 */
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

export const GRAPHQL_RESPONSE = 'application/graphql-response+json; charset=utf-8';
export const JSON_RESPONSE = 'application/json; charset=utf-8';

export interface HttpAnswer {
  readonly mediaType: string;
  readonly status: number | undefined;
}

/** @throws {GraphQLError} `NOT_ACCEPTABLE` when the client accepts neither. */
export function assertAcceptable(accept: string | undefined): void {
  if (preferred(accept, [GRAPHQL_RESPONSE, JSON_RESPONSE])) return;
  throw new GraphQLError('Accept application/graphql-response+json or application/json.', {
    extensions: { code: 'NOT_ACCEPTABLE' satisfies ErrorCode, http: { status: 406 } },
  });
}

/**
 * @param status undefined: 200
 * @param code of the first error
 */
export function httpAnswerFor(accept: string | undefined, status: number | undefined, code: unknown): HttpAnswer {
  if (preferred(accept, [GRAPHQL_RESPONSE, JSON_RESPONSE]) === JSON_RESPONSE) {
    return { mediaType: JSON_RESPONSE, status: status === 400 && REQUEST_ERRORS.has(code) ? 200 : status };
  }
  const isSuccess = status === undefined || status < 300;
  const mediaType = isSuccess ? preferred(accept, [JSON_RESPONSE, GRAPHQL_RESPONSE]) : undefined;
  return { mediaType: mediaType ?? GRAPHQL_RESPONSE, status };
}

/** Whether the client asks for answers in parts, in the form in which they are given here. */
export function acceptsMultipart(accept: string | undefined): boolean {
  return preferred(accept, [ANY_MULTIPART, MULTIPART]) === MULTIPART;
}

/** Whether the client asks for a subscription in parts, in the form in which they are given here. */
export function acceptsSubscriptionParts(accept: string | undefined): boolean {
  const found = preferred(accept, [ANY_MULTIPART, ...SUBSCRIPTION_PARTS]);
  return found !== undefined && found !== ANY_MULTIPART;
}

/** Whether the client would rather have server-sent events than an answer as a whole. */
export function acceptsEventStream(accept: string | undefined): boolean {
  return preferred(accept, [GRAPHQL_RESPONSE, JSON_RESPONSE, EVENT_STREAM]) === EVENT_STREAM;
}

export const EVENT_STREAM = 'text/event-stream';
const SUBSCRIPTION_PARTS = [
  'multipart/mixed; boundary=graphql; subscriptionSpec=1.0',
  'multipart/mixed; subscriptionSpec=1.0',
];

/** First, so that who takes anything isn't given parts. */
const ANY_MULTIPART = 'multipart/mixed';
const MULTIPART = 'multipart/mixed; deferSpec=20220824';

/** What the document itself is to blame for; everything else keeps its status in either media type. */
const REQUEST_ERRORS: ReadonlySet<unknown> = new Set<ErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/** What the client would rather have; the first, where it is all the same to it. */
function preferred(accept = '*/*', mediaTypes: string[]): string | undefined {
  const key = `${mediaTypes[0]} ${accept}`;
  const known = preferences.get(key);
  if (known !== undefined) return known;
  const mediaType = new Negotiator({ headers: { accept } }).mediaType(mediaTypes);
  if (mediaType !== undefined) preferences.set(key, mediaType);
  return mediaType;
}

/** Most clients write one of a few headers. */
const preferences = new LRUCache<string, string>({ max: 100 });
