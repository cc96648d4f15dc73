/**
 * The token by which one process speaks to another for somebody: a JWT of at most 60 seconds for one audience, signed
 * with the private key of the very certificate that the mutual TLS connection was made with.
 *
 * A token that is stolen is of no use over another connection: it is verified with the public key of the certificate at
 * the other end (the idea of RFC 8705, section 3, with the certificate's key as the signing key).
 */
import { randomUUID, type X509Certificate } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { isService, type ServiceIdentity, type ServiceName, spiffeId } from './identity.ts';

const LIFETIME_SECONDS = 30;
const GREATEST_LIFETIME_SECONDS = 60;
const ALGORITHM = 'ES256';
const TYPE = 'service+jwt';

/** A token for `audience` that carries `claims` and nothing else but who signed it, when, and until when. */
export function mintServiceToken(
  identity: ServiceIdentity,
  audience: ServiceName,
  claims: JWTPayload,
): Promise<string> {
  // Both of one generation, whatever happens while it is signed.
  const { keyId, privateKey } = identity.now();
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: keyId })
    .setIssuer(spiffeId(identity.name))
    .setAudience(spiffeId(audience))
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .setJti(randomUUID())
    .sign(privateKey);
}

/**
 * Verifies a token that came over a connection whose other end showed `certificate`.
 *
 * @returns the claims
 * @throws {Error} when the peer is none of `issuers`, or the token isn't its own, is too old or for somebody else. The
 * message is for the log; the caller answers 401 and nothing more.
 */
export async function verifyServiceToken(
  token: string,
  certificate: X509Certificate | undefined,
  audience: ServiceName,
  issuers: readonly ServiceName[],
): Promise<JWTPayload> {
  const issuer = issuers.find((name) => isService(certificate, [name]));
  if (!certificate || !issuer) throw new Error('the peer is not a service that may call here');
  const { payload } = await jwtVerify(token, certificate.publicKey, {
    algorithms: [ALGORITHM],
    typ: TYPE,
    issuer: spiffeId(issuer),
    audience: spiffeId(audience),
    maxTokenAge: `${GREATEST_LIFETIME_SECONDS}s`,
    requiredClaims: ['exp', 'iat', 'jti'],
  });
  if (Number(payload.exp) - Number(payload.iat) > GREATEST_LIFETIME_SECONDS) {
    throw new Error('the token lives longer than it may');
  }
  return payload;
}
