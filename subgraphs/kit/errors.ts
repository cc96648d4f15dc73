/**
 * The errors that a subgraph may show a client. Everything else that a resolver throws becomes INTERNAL_SERVER_ERROR
 * without its message, so what is said here is all that is ever said.
 */
import { ERROR_CODES, type ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';

const INTERNAL_MESSAGE = 'Something went wrong on our side; it was recorded.';

/**
 * An error with one of the codes of `schema/error-codes.ts`.
 *
 * @param message for people; never an id of somebody else, a host, a token or a personal value
 *
 * @example
 * throw errorOf('PARTNER_TIMEOUT', 'The smart-home partner took too long.');
 */
export function errorOf(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** The one answer to whoever may not: the same text whatever was asked for, and whether it exists or not. */
export function forbidden(): GraphQLError {
  return errorOf('FORBIDDEN', 'You may not read or do this.');
}

/**
 * @example
 * throw badUserInput('first', 'has to be from 1 to 100');
 */
export function badUserInput(argument: string, problem: string): GraphQLError {
  return errorOf('BAD_USER_INPUT', `Argument \`${argument}\` ${problem}.`);
}

/** Nobody consented that `partner` processes the data of this residence. */
export function consentRequired(partner: 'smart-home' | 'communal'): GraphQLError {
  return errorOf('CONSENT_REQUIRED', `No consent is in force for the ${partner} partner to process this residence.`);
}

export function subgraphUnavailable(): GraphQLError {
  return errorOf('SUBGRAPH_UNAVAILABLE', 'A part of the platform does not answer.');
}

export function internalError(): GraphQLError {
  return errorOf('INTERNAL_SERVER_ERROR', INTERNAL_MESSAGE);
}

/** Whether `error` already stands for one that was recorded. */
export function isInternalError(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions['code'] === 'INTERNAL_SERVER_ERROR';
}

/** Whether `error` was made for clients: a GraphQLError that carries a code of ours, other than the internal one. */
export function isForClients(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && isClientCode(error.extensions['code']);
}

/** Whether `code` is one that a client may see with its message. */
export function isClientCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR' && Object.hasOwn(ERROR_CODES, code);
}
