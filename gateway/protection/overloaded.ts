/** What is told when there is more to do than can be done. */
import { HeaderMap } from '@apollo/server';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';

const RETRY_AFTER_SECONDS = 1;

/** 503 with `Retry-After` (RFC 9110, sections 15.6.4 and 10.2.3). */
export function overloaded(): GraphQLError {
  return new GraphQLError('More is asked than can be answered at the moment.', {
    extensions: {
      code: 'OVERLOADED' satisfies ErrorCode,
      http: { status: 503, headers: new HeaderMap([['retry-after', String(RETRY_AFTER_SECONDS)]]) },
    },
  });
}
