/**
 * Errors as clients see them: a code of our list, a message that says no more than it may, and where.
 */
import { ERROR_CODES, type ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';

export type Path = readonly (string | number)[];

/** These speak of a client's own request, so from a subgraph they tell of a mistake of ours. */
const OURS_ALONE: ReadonlySet<string> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'NOT_ACCEPTABLE',
]);

/** As many of one fetch are told. */
export const MOST_FETCH_ERRORS = 100;

const INTERNAL_MESSAGE = 'Something went wrong on our side.';

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

/** An error that a subgraph tells: what it may tell passes, everything else of it becomes `INTERNAL_SERVER_ERROR`. */
export function errorOfSubgraph(
  message: string,
  extensions: Readonly<Record<string, unknown>> | undefined,
  path: Path | undefined,
): GraphQLError {
  const code = extensions?.['code'];
  return isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR' && !OURS_ALONE.has(code)
    ? errorAt(message, code, path)
    : internalError(path);
}

export function internalError(path?: Path): GraphQLError {
  return errorAt(INTERNAL_MESSAGE, 'INTERNAL_SERVER_ERROR', path);
}

export function errorAt(message: string, code: ErrorCode, path: Path | undefined): GraphQLError {
  return new GraphQLError(message, { ...(path && path.length > 0 && { path: [...path] }), extensions: { code } });
}
