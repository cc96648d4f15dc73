/**
 * The first stage of a request: who asks?
 *
 * 1. One bearer token in the `Authorization` header, or none.
 * 2. The token is verified: our issuer's, for us, in force.
 * 3. A person has logged in with two factors.
 * 4. The directory says what they may do now, and that they are who the token took them for.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { AskAccess } from './access.ts';
import type { AccessToken, VerifyAccessToken } from './access-token.ts';
import { type BearerToken, readBearerToken } from './bearer-token.ts';
import type { Principal } from './principal.ts';
import { identityUnavailable, multiFactorNeeded, requestMalformed, tokenInvalid, tokenMissing } from './refusal.ts';

export interface AuthenticationParts {
  readonly isRequired: boolean;
  /** undefined: no issuer is configured, and every token is refused. */
  readonly identity: IdentityParts | undefined;
}

export interface IdentityParts {
  readonly verify: VerifyAccessToken;
  readonly askAccess: AskAccess;
  /** What a challenge for two factors asks for. */
  readonly acrValues: readonly string[];
}

export interface AuthenticationRequest {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** undefined: nobody, where that is allowed. @throws {GraphQLError} with status and challenge. */
export type Authenticate = (request: AuthenticationRequest) => Promise<Principal | undefined>;

export function createAuthentication({ isRequired, identity }: AuthenticationParts): Authenticate {
  return async (request) => {
    const bearer = readBearerToken(request.rawHeaders);
    if (bearer.kind === 'absent' && !isRequired) return undefined;
    const token = requireToken(bearer);
    if (!identity) throw tokenInvalid();
    return identify(await verified(token, identity, request), identity, request);
  };
}

function requireToken(bearer: BearerToken): string {
  if (bearer.kind === 'absent') throw tokenMissing();
  if (bearer.kind === 'malformed') throw requestMalformed();
  return bearer.token;
}

async function verified(token: string, identity: IdentityParts, { log }: AuthenticationRequest): Promise<AccessToken> {
  const verification = await identity.verify(token);
  if (verification.kind === 'valid') return verification.token;
  if (verification.kind === 'unavailable') {
    log.error('the issuer does not answer');
    throw identityUnavailable();
  }
  log.info({ reason: verification.reason }, 'access token refused');
  throw tokenInvalid();
}

async function identify(
  token: AccessToken,
  { askAccess, acrValues }: IdentityParts,
  { requestId, signal, log }: AuthenticationRequest,
): Promise<Principal> {
  // A program logs in as itself (client credentials); whoever else has one factor alone isn't asked about at all.
  const isProgram = token.subject === token.client;
  if (!isProgram && !token.login.isMultiFactor) throw multiFactorNeeded(acrValues);

  const access = await askAccess({ tenant: token.tenant, subject: token.subject, requestId, signal });
  if (access.kind === 'unavailable') {
    log.error('the directory does not answer');
    throw identityUnavailable();
  }
  // A token of somebody who is suspended or has left is no better than one that is over.
  if (access.kind === 'inactive') throw tokenInvalid();
  const isService = isProgram && access.subjectKind === 'service';
  if (!isService && !token.login.isMultiFactor) throw multiFactorNeeded(acrValues);
  return { ...token, kind: access.subjectKind, grants: access.grants };
}
