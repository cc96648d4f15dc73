/**
 * What a client is told when it can't be let in: a status, a challenge in `WWW-Authenticate` and a code. Which of the
 * many ways a token can be bad it was is for the log; a client would only learn how to do it better.
 */
import { HeaderMap } from '@apollo/server';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { GraphQLError } from 'graphql';
import { MULTI_FACTOR_ACR } from './multi-factor.ts';

/** No token was sent: the challenge carries no error (RFC 6750, section 3.1). */
export function tokenMissing(): GraphQLError {
  return refusal('An access token is needed.', 'UNAUTHENTICATED', 401, 'Bearer');
}

/** Two tokens, or something that isn't one. */
export function requestMalformed(): GraphQLError {
  return refusal(
    'The Authorization header does not hold one bearer token.',
    'UNAUTHENTICATED',
    401,
    'Bearer error="invalid_request"',
  );
}

export function tokenInvalid(): GraphQLError {
  return refusal('The access token is not valid.', 'UNAUTHENTICATED', 401, 'Bearer error="invalid_token"');
}

/** The login was weaker than asked for (RFC 9470). */
export function multiFactorNeeded(acrValues: readonly string[]): GraphQLError {
  const asked = acrValues.length > 0 ? acrValues : [MULTI_FACTOR_ACR];
  return refusal(
    'A login with a second factor is needed.',
    'INSUFFICIENT_AUTHENTICATION',
    401,
    `Bearer error="insufficient_user_authentication", acr_values="${asked.join(' ')}"`,
    { acrValues: asked },
  );
}

/** The issuer or the directory does not answer: nobody is let in unchecked. */
export function identityUnavailable(): GraphQLError {
  return new GraphQLError('Who you are cannot be checked at the moment.', {
    extensions: {
      code: 'SUBGRAPH_UNAVAILABLE',
      http: { status: 503, headers: new HeaderMap([['retry-after', '1']]) },
    },
  });
}

/** A field that a fresh login would open: the challenge of RFC 9470 in the terms of one path of an answer. */
export function freshLoginNeeded(
  path: readonly (string | number)[],
  acrValues: readonly string[] = [MULTI_FACTOR_ACR],
): GraphQLError {
  return new GraphQLError('A new login with a second factor is needed.', {
    path: [...path],
    extensions: { code: 'INSUFFICIENT_AUTHENTICATION', acrValues, maxAge: FRESH_MFA_SECONDS },
  });
}

function refusal(
  message: string,
  code: 'UNAUTHENTICATED' | 'INSUFFICIENT_AUTHENTICATION',
  status: number,
  challenge: string,
  details: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, ...details, http: { status, headers: new HeaderMap([['www-authenticate', challenge]]) } },
  });
}
