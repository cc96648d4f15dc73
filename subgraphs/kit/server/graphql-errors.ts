/** Errors of an operation → what the gateway is told of them: those that were made for clients, and nothing of others. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { internalError, isClientCode, isInternalError } from '../errors.ts';

export interface ErrorRecords {
  countError(code: string): void;
  /** Records what broke outside of a resolver, such as a null where the SDL allows none. */
  reportUnexpected(error: unknown): void;
}

/** What is wrong with all of a request, as its errors' code. */
export type RequestProblem =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'BAD_USER_INPUT';

/** @param problem the code of all of them; left out: each has its own, or is none for clients */
export function formatErrors(
  errors: readonly GraphQLError[],
  records: ErrorRecords,
  problem?: RequestProblem,
): readonly GraphQLFormattedError[] {
  return errors.map((error) => formatError(error, records, problem ?? error.extensions['code']));
}

function formatError(error: GraphQLError, records: ErrorRecords, code: unknown): GraphQLFormattedError {
  const { message, locations, path, originalError } = error;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  if (isClientCode(code)) {
    records.countError(code);
    return { message, ...place, extensions: { code } };
  }
  records.countError('INTERNAL_SERVER_ERROR');
  const cause = originalError ?? error;
  if (!isInternalError(cause)) records.reportUnexpected(cause);
  return { ...internalError().toJSON(), ...place };
}
