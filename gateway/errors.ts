/**
 * The last wall before errors leave: nothing goes out but a message, where, and what `schema/error-codes.ts` knows.
 * Whatever was not made to be told, is told as `INTERNAL_SERVER_ERROR`.
 */
import { unwrapResolverError } from '@apollo/server/errors';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { isErrorCode } from './execution/answer-errors.ts';

const LONGEST_MESSAGE = 500;
const INTERNAL = 'Something went wrong on our side.';

/** Apollo Server's `formatError`. */
export function finalError(
  { message, path, locations, extensions }: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const code = extensions?.['code'];
  const isTold =
    isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR' && unwrapResolverError(error) instanceof GraphQLError;
  return {
    message: isTold ? toldMessage(message, code) : INTERNAL,
    ...(locations && isTold && { locations }),
    ...(path && { path }),
    extensions: isTold ? toldExtensions(code, extensions ?? {}) : { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** Of a document that can't be executed, names are told, and none of the values in it: they may be personal. */
function toldMessage(message: string, code: ErrorCode): string {
  const isOfDocument = code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED';
  return (isOfDocument ? withoutLiterals(message) : message).slice(0, LONGEST_MESSAGE);
}

function withoutLiterals(message: string): string {
  return message
    .replace(/\b(String|BlockString|Int|Float) ".*"/s, '$1')
    .replace(/( value): .*$/s, '$1.')
    .replace(/(Expected value of type "[^"]*"), found .*$/s, '$1.');
}

function toldExtensions(code: string, extensions: NonNullable<GraphQLFormattedError['extensions']>) {
  const details = TOLD_DETAILS.filter((name) => extensions[name] !== undefined);
  return { code, ...Object.fromEntries(details.map((name) => [name, extensions[name]])) };
}

const TOLD_DETAILS = ['acrValues', 'maxAge', 'proofAlgorithms', 'limit', 'cursor'];

/** The status of an error outside of GraphQL, of Fastify or one of its hooks. */
export function httpStatusOf(error: unknown): number {
  if (error instanceof GraphQLError) {
    const http: unknown = error.extensions['http'];
    const status: unknown = typeof http === 'object' && http !== null && 'status' in http ? http.status : undefined;
    return typeof status === 'number' ? status : 500;
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}

/** What a client is told with such a status, in the form of GraphQL's errors. */
export function httpErrorBody(status: number, error?: unknown): { readonly errors: readonly GraphQLFormattedError[] } {
  if (status >= 500) return { errors: [{ message: INTERNAL, extensions: { code: 'INTERNAL_SERVER_ERROR' } }] };
  const message = error instanceof GraphQLError ? error.message : (MESSAGES[status] ?? 'The request is not valid.');
  return { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] };
}

const MESSAGES: Readonly<Record<number, string>> = {
  404: 'There is nothing at this address.',
  405: 'GraphQL is served by GET and POST.',
  408: 'The request took too long to arrive.',
  413: 'The body is larger than allowed.',
  415: 'The media type of the body is not application/json.',
};
