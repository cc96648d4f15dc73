/**
 * Every `extensions.code` that a client may meet, and what a client should do about it. Codes are stable; messages are
 * for people and may change.
 */
export const ERROR_CODES = {
  UNAUTHENTICATED: 'There is no valid access token. Log in, or refresh the token, and repeat.',
  INSUFFICIENT_AUTHENTICATION:
    'The login is too weak or too old for this. Log in again with `acrValues` and `maxAge` of the error as `acr_values` and `max_age` (RFC 9470), and repeat once; a mutation only if the answer has a header `WWW-Authenticate`, since otherwise a part of it was carried out.',
  BOUND_TOKEN_REQUIRED:
    'A role of yours counts only with an access token that is bound to a key or to a certificate. Log in again with a DPoP proof (RFC 9449), services over mutual TLS (RFC 8705), and repeat.',
  FORBIDDEN: 'You may not do this. Repeating is of no use; ask for the right.',
  UNAUTHORIZED_FIELD_OR_TYPE: 'Your roles do not include this field: it is null. Leave it out, or ask for the right.',
  BRIEFING_REQUIRED:
    'The yearly security briefing is due, and this is personal data. Show `securityBriefing`, call `confirmSecurityBriefing`, and repeat.',
  CONSENT_REQUIRED: 'No consent is in force for this partner to process this residence. Ask the resident for one.',
  BAD_USER_INPUT: 'An argument is wrong; the message names it. Correct it.',
  BAD_REQUEST: 'The HTTP request is not one of GraphQL over HTTP. Correct the client.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL. Correct it.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema. Correct it.',
  OPERATION_RESOLUTION_FAILURE: 'The document has no operation of this name. Correct `operationName`.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'Automatic persisted queries are not offered. Send the whole document.',
  OPERATION_TOO_COMPLEX: 'The operation is larger than allowed; the message names the limit. Ask for less at once.',
  OVERLOADED: 'More is asked than can be answered at the moment. Wait as long as `Retry-After` says, and repeat.',
  RATE_LIMITED: 'Too many requests. Wait as long as `Retry-After` says.',
  EVENTS_MISSED:
    'Events were not told, since there were more than you took or they could not be found out. Ask for what you show anew, or subscribe again with `cursor` of the error.',
  RECONNECT: 'The gateway ends this subscription. Subscribe again, with the cursor of the last event.',
  NOT_ACCEPTABLE: 'None of the media types in `Accept` can be given. Accept `application/graphql-response+json`.',
  PARTNER_UNAVAILABLE: 'The partner does not answer. The rest of the data is complete; try again later.',
  PARTNER_TIMEOUT: 'The partner took too long. The rest of the data is complete; try again later.',
  PARTNER_RATE_LIMITED: 'The agreed rate with the partner is used up. Try again later.',
  PARTNER_REJECTED: 'The partner refused the order. The message says why, as far as it may.',
  PARTNER_CONTRACT_VIOLATION:
    'The partner answered something that its contract does not allow; it was dropped and reported.',
  SUBGRAPH_UNAVAILABLE: 'A part of the platform does not answer. The rest of the data is complete; try again later.',
  INTERNAL_SERVER_ERROR: 'Something went wrong on our side and was recorded. Try again later, and name the request id.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
