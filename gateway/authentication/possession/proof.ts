/**
 * A proof that the sender holds a key: the JWT in the header `DPoP`, by itself (RFC 9449, section 4.3). Whether it fits
 * the request and the access token that it came with is for `possession.ts` to say.
 */
import { calculateJwkThumbprint, EmbeddedJWK, errors, jwtVerify } from 'jose';
import { z } from 'zod';

export interface Proof {
  /** Of the key (RFC 7638, SHA-256). */
  readonly thumbprint: string;
  readonly id: string;
  readonly method: string;
  readonly address: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** SHA-256 of the access token. */
  readonly tokenHash: string;
  readonly nonce: string | undefined;
}

export type ReadProof =
  | { readonly kind: 'proof'; readonly proof: Proof }
  /** `reason` is for the log and holds nothing of the proof. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** Asymmetric ones alone, and of those what every browser's WebCrypto has. */
export const PROOF_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA'] as const;

const GREATEST_LENGTH = 4_096;

const coordinate = z.string().min(1).max(100);
const about = { alg: z.string(), use: z.string(), kid: z.string(), key_ops: z.array(z.string()), ext: z.boolean() };
/** Strict: a key that shows a private part belongs to everybody who has seen the proof. */
const publicKey = z.union([
  z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }).extend(optional()),
  z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate }).extend(optional()),
]);

const claims = z.object({
  jti: z.string().min(1).max(256),
  htm: z.string(),
  htu: z.string(),
  iat: z.number(),
  ath: z.string(),
  nonce: z.string().optional(),
});

/** @param values of the header `DPoP`, one for each time that it came */
export async function readProof(values: readonly string[]): Promise<ReadProof> {
  const [text, ...others] = values;
  if (text === undefined) return { kind: 'invalid', reason: 'no proof' };
  if (others.length > 0) return { kind: 'invalid', reason: 'several proofs' };
  if (text.length > GREATEST_LENGTH) return { kind: 'invalid', reason: 'too long' };
  try {
    const { payload, protectedHeader } = await jwtVerify(text, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [...PROOF_ALGORITHMS],
    });
    const key = publicKey.safeParse(protectedHeader.jwk);
    const parsed = claims.safeParse(payload);
    if (!key.success) return { kind: 'invalid', reason: 'key' };
    if (!parsed.success) return { kind: 'invalid', reason: 'claims' };
    const { jti, htm, htu, iat, ath, nonce } = parsed.data;
    const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk ?? {});
    return {
      kind: 'proof',
      proof: { thumbprint, id: jti, method: htm, address: htu, issuedAt: iat, tokenHash: ath, nonce },
    };
  } catch (error) {
    return { kind: 'invalid', reason: error instanceof errors.JOSEError ? error.code : 'not a JWT' };
  }
}

function optional() {
  return z.object(about).partial().shape;
}
