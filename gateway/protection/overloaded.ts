/** What is told when there is more to do than can be done: 503 with `Retry-After` (RFC 9110, sections 15.6.4 and 10.2.3). */
import { HeaderMap } from '@apollo/server';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';

const CODE: ErrorCode = 'OVERLOADED';
const MESSAGE = 'More is asked than can be answered at the moment.';
/** The least that can be told; each request is decided about by itself, moments later too. */
export const RETRY_AFTER_SECONDS = '1';

export function overloaded(): GraphQLError {
  return new GraphQLError(MESSAGE, {
    extensions: { code: CODE, http: { status: 503, headers: new HeaderMap([['retry-after', RETRY_AFTER_SECONDS]]) } },
  });
}

/** The same as it is told to clients. */
export const OVERLOADED_BODY = JSON.stringify({ errors: [{ message: MESSAGE, extensions: { code: CODE } }] });
