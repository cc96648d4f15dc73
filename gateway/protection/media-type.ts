/**
 * Which media type an answer has, and with which status it goes, by the GraphQL over HTTP specification.
 *
 * - `application/graphql-response+json` is what a client gets that asks for nothing in particular; a document that can't
 *   be executed is answered with 400.
 * - `application/json` is for older clients: where there is a GraphQL answer at all, it goes with 200.
 */
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';
import Negotiator from 'negotiator';

export const GRAPHQL_RESPONSE = 'application/graphql-response+json; charset=utf-8';
export const JSON_RESPONSE = 'application/json; charset=utf-8';

/** undefined: the client accepts neither. */
export function mediaTypeFor(accept: string | undefined): string | undefined {
  return new Negotiator({ headers: { accept: accept ?? '*/*' } }).mediaType([GRAPHQL_RESPONSE, JSON_RESPONSE]);
}

/** @throws {GraphQLError} `NOT_ACCEPTABLE` when the client accepts neither. */
export function assertAcceptable(accept: string | undefined): void {
  if (mediaTypeFor(accept)) return;
  throw new GraphQLError('Accept application/graphql-response+json or application/json.', {
    extensions: { code: 'NOT_ACCEPTABLE' satisfies ErrorCode, http: { status: 406 } },
  });
}

/** What the document itself is to blame for; everything else keeps its status in either media type. */
const REQUEST_ERRORS: ReadonlySet<unknown> = new Set<ErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

export function statusFor(mediaType: string, status: number | undefined, code: unknown): number | undefined {
  return mediaType === JSON_RESPONSE && status === 400 && REQUEST_ERRORS.has(code) ? 200 : status;
}
