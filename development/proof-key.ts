/**
 * A key that access tokens are bound to, and the proofs that it is at hand (RFC 9449), one for each request. It can be
 * handed on as a JWK, since here one process logs personas in and others ask in their name.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';

export interface ProofKey {
  /** As openid-client takes it. */
  readonly pair: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
  /** What a token that is bound to the key has in `cnf.jkt`. */
  readonly thumbprint: string;
  /** The nonces that servers asked for last, by origin. */
  readonly nonces: Map<string, string>;
  /** A proof that fits, but for the changes; those that are undefined are left out. */
  prove(request: ProvedRequest, changes?: ProofChanges): Promise<string>;
}

export interface ProvedRequest {
  readonly method: string;
  readonly address: string;
  readonly accessToken: string;
  readonly nonce: string | undefined;
}

export interface ProofChanges {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signedBy?: CryptoKey | Uint8Array;
}

export async function makeProofKey(): Promise<ProofKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return openProofKey(await exportJWK(privateKey));
}

/** @param privateJwk for ES256 */
export async function openProofKey(privateJwk: JWK): Promise<ProofKey> {
  const { kty, crv, x, y } = privateJwk;
  const publicJwk = { kty, crv, x, y } as JWK;
  const [privateKey, publicKey] = await Promise.all([importKey(privateJwk), importKey(publicJwk)]);
  return {
    pair: { privateKey, publicKey },
    privateJwk,
    publicJwk,
    thumbprint: await calculateJwkThumbprint(publicJwk),
    nonces: new Map(),
    prove: ({ method, address, accessToken, nonce }, { header = {}, claims = {}, signedBy = privateKey } = {}) => {
      const { origin, pathname } = new URL(address);
      const payload: JWTPayload = {
        jti: randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        htm: method,
        htu: origin + pathname,
        ath: createHash('sha256').update(accessToken).digest('base64url'),
        ...(nonce !== undefined && { nonce }),
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk, ...header })
        .sign(signedBy);
    },
  };
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'ES256', { extractable: true });
  if (key instanceof Uint8Array) throw new Error('not a key of a pair');
  return key;
}
