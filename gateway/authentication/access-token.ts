/**
 * Verifies access tokens as RFC 9068 asks: a signed JWT of type `at+jwt`, of our issuer, for us, in force now.
 */
import { decodeProtectedHeader, errors, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { z } from 'zod';
import type { IssuerConfiguration } from '../config.ts';
import { createIssuer } from './issuer.ts';
import { strengthOf } from './login-strength.ts';
import type { Login } from './principal.ts';

export interface AccessToken {
  readonly subject: string;
  readonly tenant: string;
  readonly client: string;
  readonly tokenId: string;
  /** The login session that it came of (`sid`); undefined for services, and for issuers that don't say. */
  readonly session: string | undefined;
  readonly login: Login;
  /** Instant in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** undefined: whoever has it may use it. */
  readonly binding: TokenBinding | undefined;
}

/** What the sender of a token has to hold, beside it: the thumbprints of its claim `cnf` (RFC 7800). */
export interface TokenBinding {
  /** `jkt`: of a key that signs proofs (RFC 9449, section 6.1). */
  readonly key: string | undefined;
  /** `x5t#S256`: of the certificate of a connection (RFC 8705, section 3.1). */
  readonly certificate: string | undefined;
}

export type Verification =
  | { readonly kind: 'valid'; readonly token: AccessToken }
  /** `reason` is for the log and holds nothing of the token. */
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'unavailable' };

export type VerifyAccessToken = (token: string) => Promise<Verification>;

// Asymmetric ones alone: with HS256 whoever knows a public key could sign.
const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'];
// They name a key or a rule of the sender's own choosing; no token of an honest issuer needs them.
const REFUSED_HEADERS = ['crit', 'jku', 'jwk', 'x5u', 'x5c', 'b64'] as const;
const CLOCK_TOLERANCE_SECONDS = 5;

const thumbprint = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const claims = z.object({
  sub: z.string().min(1).max(255),
  tenant: z.string().regex(/^[A-Za-z0-9_.:~-]{1,120}$/),
  client_id: z.string().min(1).max(255),
  jti: z.string().min(1).max(255),
  sid: z.string().min(1).max(255).optional(),
  iat: z.number(),
  exp: z.number(),
  acr: z.string().optional(),
  amr: z.array(z.string()).default([]),
  auth_time: z.number().optional(),
  // A token that is bound to something else than what is looked at here would be let in unbound.
  cnf: z.strictObject({ jkt: thumbprint.optional(), 'x5t#S256': thumbprint.optional() }).refine(isBound).optional(),
});

function isBound({ jkt, 'x5t#S256': x5t }: { jkt?: string | undefined; 'x5t#S256'?: string | undefined }): boolean {
  return jkt !== undefined || x5t !== undefined;
}

export interface AccessTokenVerifier {
  readonly verify: VerifyAccessToken;
  /** @throws {Error} when the issuer does not answer. */
  readonly reach: () => Promise<void>;
}

/**
 * @example
 * const { verify } = createAccessTokenVerifier(configuration);
 * const verification = await verify(token);
 */
export function createAccessTokenVerifier(configuration: IssuerConfiguration): AccessTokenVerifier {
  const issuer = createIssuer(configuration);
  const reach = async (): Promise<void> => {
    await issuer();
  };
  const verify: VerifyAccessToken = async (token) => {
    const trick = headerTrick(token);
    if (trick) return { kind: 'invalid', reason: trick };
    try {
      const { identifier, keys } = await issuer();
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        typ: 'at+jwt',
        issuer: identifier,
        audience: configuration.audience,
        requiredClaims: ['sub', 'tenant', 'client_id', 'iat', 'jti', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      return parseClaims(payload, configuration);
    } catch (error) {
      return isFaultOfToken(error) ? { kind: 'invalid', reason: error.code } : { kind: 'unavailable' };
    }
  };
  return { verify, reach };
}

function parseClaims(payload: unknown, configuration: IssuerConfiguration): Verification {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return { kind: 'invalid', reason: 'claims' };
  const { sub, tenant, client_id, jti, sid, iat, exp, acr, amr, auth_time, cnf } = parsed.data;
  const latest = Date.now() / 1000 + CLOCK_TOLERANCE_SECONDS;
  if (iat > latest || (auth_time ?? 0) > latest) return { kind: 'invalid', reason: 'from the future' };
  const login = { acr, amr, authTime: auth_time, ...strengthOf(configuration.loginRules, { acr, amr }) };
  const binding = cnf && { key: cnf.jkt, certificate: cnf['x5t#S256'] };
  const expiresAt = exp * 1000;
  const token = { subject: sub, tenant, client: client_id, tokenId: jti, session: sid, login, expiresAt, binding };
  return { kind: 'valid', token };
}

/** Looked at before any key is fetched, so that a token with a trick costs nothing. */
function headerTrick(token: string): string | undefined {
  const header = decodeHeader(token);
  if (!header) return 'not a JWT';
  if (!ALGORITHMS.includes(header.alg ?? '')) return 'algorithm';
  return REFUSED_HEADERS.find((name) => name in header);
}

function decodeHeader(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

/** Everything else means that the issuer's keys could not be had, and says nothing of the token. */
function isFaultOfToken(error: unknown): error is errors.JOSEError {
  return (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}
