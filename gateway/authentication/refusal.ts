/**
 * What a client is told when it can't be let in: a status, a challenge in `WWW-Authenticate` and a code. Which of the
 * many ways a token can be bad it was is for the log; a client would only learn how to do it better.
 */
import { HeaderMap } from '@apollo/server';
import type { ErrorCode } from '@commonhold/schema/error-codes.ts';
import { GraphQLError } from 'graphql';
import type { Scheme } from './credentials.ts';
import { MULTI_FACTOR_ACR } from './login-strength.ts';
import { PROOF_ALGORITHMS } from './possession/proof.ts';
import type { BetterLogin, LoginDemand } from './step-up.ts';

/** No token was sent: the challenge carries no error (RFC 6750, section 3.1). */
export function tokenMissing(): GraphQLError {
  return refusal('An access token is needed.', 'UNAUTHENTICATED', challenge('Bearer'));
}

/** Two tokens, or something that isn't one. */
export function requestMalformed(): GraphQLError {
  return refusal(
    'The Authorization header does not hold one access token.',
    'UNAUTHENTICATED',
    challenge('Bearer', 'error="invalid_request"'),
  );
}

/** @param scheme by which it came; the challenge to a bearer token offers DPoP too (RFC 9449, section 7.2) */
export function tokenInvalid(scheme: Scheme): GraphQLError {
  return refusal('The access token is not valid.', 'UNAUTHENTICATED', challenge(scheme, 'error="invalid_token"'));
}

/** The proof is unsound, old, used, or of another request (RFC 9449, section 7.1). */
export function proofInvalid(): GraphQLError {
  return refusal(
    'The DPoP proof is not valid. Make one for each request, of its method, address and access token.',
    'UNAUTHENTICATED',
    challenge('DPoP', 'error="invalid_dpop_proof"'),
  );
}

/** The proof carries no nonce of ours, or an old one (RFC 9449, section 9). */
export function nonceNeeded(nonce: string): GraphQLError {
  return refusal(
    'The DPoP proof needs the nonce of the header DPoP-Nonce.',
    'UNAUTHENTICATED',
    challenge('DPoP', 'error="use_dpop_nonce"'),
    {},
    [['dpop-nonce', nonce]],
  );
}

/** All that they hold counts only with a token that is bound; theirs isn't (RFC 9449, section 7.1). */
export function bindingNeeded(): GraphQLError {
  return refusal(
    BINDING_NEEDED,
    'BOUND_TOKEN_REQUIRED',
    challenge('DPoP', 'error="invalid_token"', `error_description="${BINDING_NEEDED}"`),
    { proofAlgorithms: PROOF_ALGORITHMS },
  );
}

/** A field that a token which is bound would open: the same challenge in the terms of one path of an answer. */
export function bindingNeededFor(path: readonly (string | number)[]): GraphQLError {
  return new GraphQLError(BINDING_NEEDED, {
    path: [...path],
    extensions: { code: 'BOUND_TOKEN_REQUIRED', proofAlgorithms: PROOF_ALGORITHMS },
  });
}

const BINDING_NEEDED = 'An access token that is bound to a key or to a certificate is needed.';

/** The login was weaker than asked for (RFC 9470). */
export function multiFactorNeeded(scheme: Scheme, acrValues: readonly string[]): GraphQLError {
  const asked = acrValues.length > 0 ? acrValues : [MULTI_FACTOR_ACR];
  return refusal(
    'A login with a second factor is needed.',
    'INSUFFICIENT_AUTHENTICATION',
    loginChallenge(scheme, { acrValues: asked, maxAge: undefined }),
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

/**
 * A field that a better login would open: the challenge of RFC 9470 in the terms of one path of an answer.
 *
 * @param header the challenge of the whole answer, when it holds nothing else
 */
export function loginNeeded(
  path: readonly (string | number)[],
  { demand, description }: BetterLogin,
  header?: string,
): GraphQLError {
  return new GraphQLError(description, {
    path: [...path],
    extensions: {
      code: 'INSUFFICIENT_AUTHENTICATION',
      ...demand,
      ...(header !== undefined && { http: { headers: new HeaderMap([['www-authenticate', header]]) } }),
    },
  });
}

/** The value of `WWW-Authenticate` that asks for a better login (RFC 9470, section 3). */
export function loginChallenge(scheme: Scheme, { acrValues, maxAge }: LoginDemand): string {
  return challenge(
    scheme,
    'error="insufficient_user_authentication"',
    ...(acrValues.length > 0 ? [`acr_values="${acrValues.join(' ')}"`] : []),
    ...(maxAge !== undefined ? [`max_age="${maxAge}"`] : []),
  );
}

/** A field with personal data that the confirmation of the security briefing would open. */
export function briefingNeeded(path: readonly (string | number)[]): GraphQLError {
  return new GraphQLError('The security briefing has to be confirmed first.', {
    path: [...path],
    extensions: { code: 'BRIEFING_REQUIRED' satisfies ErrorCode },
  });
}

function refusal(
  message: string,
  code: 'UNAUTHENTICATED' | 'INSUFFICIENT_AUTHENTICATION' | 'BOUND_TOKEN_REQUIRED',
  challenge: string,
  details: Readonly<Record<string, unknown>> = {},
  headers: readonly [name: string, value: string][] = [],
): GraphQLError {
  return new GraphQLError(message, {
    extensions: {
      code,
      ...details,
      http: { status: 401, headers: new HeaderMap([['www-authenticate', challenge], ...headers]) },
    },
  });
}

/** The value of `WWW-Authenticate` (RFC 9110, section 11.6.1): why it was refused, and which proofs are taken. */
function challenge(scheme: Scheme, ...parameters: readonly string[]): string {
  const algorithms = `algs="${PROOF_ALGORITHMS.join(' ')}"`;
  if (scheme === 'DPoP') return `DPoP ${[...parameters, algorithms].join(', ')}`;
  return `${['Bearer', parameters.join(', ')].join(' ').trim()}, DPoP ${algorithms}`;
}
