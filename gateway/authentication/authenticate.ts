/**
 * The first stage of a request: who asks?
 *
 * 1. One access token in the `Authorization` header, or none.
 * 2. The token is verified: our issuer's, for us, in force.
 * 3. A token that is bound comes from whom it was given to.
 * 4. A person has logged in with two factors.
 * 5. The directory says what they may do now, that they are who the token took them for, and that the login hasn't ended.
 * 6. Of that counts what their token is good enough for.
 */
import type { Log } from '@commonhold/platform/log.ts';
import type { ActiveAccess, AskAccess } from './access.ts';
import type { AccessToken, VerifyAccessToken } from './access-token.ts';
import { type Credentials, readCredentials, type Scheme } from './credentials.ts';
import { divideGrants, type Principal } from './principal.ts';
import {
  bindingNeeded,
  identityUnavailable,
  multiFactorNeeded,
  requestMalformed,
  tokenInvalid,
  tokenMissing,
} from './refusal.ts';
import type { CheckSender, ShownToken } from './sender.ts';

export interface AuthenticationParts {
  readonly isRequired: boolean;
  /** undefined: no issuer is configured, and every token is refused. */
  readonly identity: IdentityParts | undefined;
}

export interface IdentityParts {
  readonly verify: VerifyAccessToken;
  readonly checkSender: CheckSender;
  readonly askAccess: AskAccess;
  /** What a challenge for two factors asks for. */
  readonly acrValues: readonly string[];
}

export interface AuthenticationRequest {
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly arrival: Arrival;
  /** Tells the client what its next proof of possession should carry. */
  readonly offerNonce: (nonce: string) => void;
  readonly requestId: string;
  readonly log: () => Log;
}

/** How a request came: what a proof of possession is about. */
export interface Arrival {
  readonly method: string;
  /** Where clients reach what was asked, without a query, such as `http://localhost:4000/graphql`. */
  readonly address: string;
  /** SHA-256 of the certificate at the other end of the connection; undefined: there is none. */
  readonly certificate: string | undefined;
}

/** undefined: nobody, where that is allowed. @throws {GraphQLError} with status and challenge. */
export type Authenticate = (request: AuthenticationRequest) => Promise<Principal | undefined>;

export function createAuthentication({ isRequired, identity }: AuthenticationParts): Authenticate {
  return async (request) => {
    const credentials = readCredentials(request.rawHeaders);
    if (credentials.kind === 'absent' && !isRequired) return undefined;
    const { scheme, token: text } = requireToken(credentials);
    if (!identity) throw tokenInvalid(scheme);
    const shown = { scheme, text, token: await verified(scheme, text, identity, request) };
    await identity.checkSender(shown, request);
    return identify(shown, identity, request);
  };
}

function requireToken(credentials: Credentials): Extract<Credentials, { readonly kind: 'token' }> {
  if (credentials.kind === 'absent') throw tokenMissing();
  if (credentials.kind === 'malformed') throw requestMalformed();
  return credentials;
}

async function verified(
  scheme: Scheme,
  text: string,
  identity: IdentityParts,
  { log }: AuthenticationRequest,
): Promise<AccessToken> {
  const verification = await identity.verify(text);
  if (verification.kind === 'valid') return verification.token;
  if (verification.kind === 'unavailable') {
    log().error('the issuer does not answer');
    throw identityUnavailable();
  }
  log().info({ reason: verification.reason }, 'access token refused');
  throw tokenInvalid(scheme);
}

async function identify(
  { scheme, token }: ShownToken,
  { askAccess, acrValues }: IdentityParts,
  { requestId, log }: AuthenticationRequest,
): Promise<Principal> {
  // A program logs in as itself (client credentials); whoever else has one factor alone isn't asked about at all.
  const isProgram = token.subject === token.client;
  if (!isProgram && !token.login.isMultiFactor) throw multiFactorNeeded(scheme, acrValues);

  const { tenant, subject, tokenId, session } = token;
  const loggedInAt = token.login.authTime;
  const access = await askAccess({ tenant, subject, tokenId, session, loggedInAt, requestId });
  if (access.kind === 'unavailable') {
    log().error('what they may do now is not known');
    throw identityUnavailable();
  }
  // A token of somebody who is suspended or has left is no better than one that is over.
  if (access.kind === 'inactive') throw tokenInvalid(scheme);
  const isService = isProgram && access.subjectKind === 'service';
  if (!isService && !token.login.isMultiFactor) throw multiFactorNeeded(scheme, acrValues);
  const principal = principalOf(scheme, token, access);
  if (principal.grants.length === 0 && principal.withheld.length > 0) throw bindingNeeded();
  return principal;
}

/** Who a token made of somebody the last time, which is what it makes of them until something changes. */
const principals = new WeakMap<AccessToken, { readonly access: ActiveAccess; readonly principal: Principal }>();

function principalOf(scheme: Scheme, token: AccessToken, access: ActiveAccess): Principal {
  const known = principals.get(token);
  if (known?.access === access && known.principal.scheme === scheme) return known.principal;
  const { subjectKind: kind, isBriefingDue, version: accessVersion } = access;
  const divided = divideGrants(access.grants, { kind, isBound: token.binding !== undefined });
  const principal = { ...token, ...divided, scheme, kind, isBriefingDue, accessVersion };
  principals.set(token, { access, principal });
  return principal;
}
