/**
 * Does whoever sent an access token hold the key that it is bound to (RFC 9449, section 7)?
 *
 * 1. The proof is sound, and made for this request and this token.
 * 2. It is of the key that the token names.
 * 3. It is recent: by its own time, and by a nonce of ours.
 * 4. It has not been used, at any replica.
 */
import { createHash } from 'node:crypto';
import type { ReplayMemory } from '@commonhold/platform/replay/replay-memory.ts';
import { NONCE_MILLISECONDS, type Nonces } from './nonces.ts';
import { type Proof, readProof } from './proof.ts';

export interface BoundRequest {
  readonly method: string;
  /** Where clients reach what was asked, without a query. */
  readonly address: string;
  /** Values of the header `DPoP`, one for each time that it came. */
  readonly proofs: readonly string[];
  readonly token: string;
  /** Of the key that the token is bound to. */
  readonly thumbprint: string;
}

export type Possession =
  /** `nextNonce` is what the next proof should carry, when that is another one. */
  | { readonly kind: 'proved'; readonly nextNonce: string | undefined }
  | { readonly kind: 'proof-invalid'; readonly reason: string }
  | { readonly kind: 'other-key' }
  | { readonly kind: 'nonce-needed'; readonly nonce: string }
  | { readonly kind: 'unavailable' };

export type CheckPossession = (request: BoundRequest) => Promise<Possession>;

/** The clocks of browsers and phones are off; how recent a proof is, its nonce says more exactly. */
const CLOCK_SECONDS = 300;
/** A proof can't come again after its nonce is over; replicas' clocks differ by a little. */
const REMEMBERED_MILLISECONDS = NONCE_MILLISECONDS + 10_000;

export function createPossessionCheck(nonces: Nonces, used: ReplayMemory): CheckPossession {
  return async (request) => {
    const read = await readProof(request.proofs);
    if (read.kind === 'invalid') return { kind: 'proof-invalid', reason: read.reason };
    const { proof } = read;
    const misfit = misfitOf(proof, request);
    if (misfit) return { kind: 'proof-invalid', reason: misfit };
    if (proof.thumbprint !== request.thumbprint) return { kind: 'other-key' };

    const nonce = nonces.current();
    if (proof.nonce === undefined || !nonces.isAccepted(proof.nonce)) return { kind: 'nonce-needed', nonce };
    if (Math.abs(Date.now() / 1_000 - proof.issuedAt) > CLOCK_SECONDS) return { kind: 'proof-invalid', reason: 'time' };
    try {
      const isFirstUse = await used.isFirstUse(identityOf(proof), REMEMBERED_MILLISECONDS);
      if (!isFirstUse) return { kind: 'proof-invalid', reason: 'used already' };
    } catch {
      return { kind: 'unavailable' };
    }
    return { kind: 'proved', nextNonce: proof.nonce === nonce ? undefined : nonce };
  };
}

function misfitOf(proof: Proof, { method, address, token }: BoundRequest): string | undefined {
  if (proof.method !== method) return 'method';
  if (withoutQuery(proof.address) !== withoutQuery(address)) return 'address';
  if (proof.tokenHash !== createHash('sha256').update(token).digest('base64url')) return 'token hash';
  return undefined;
}

/** The address in its normal form (RFC 3986, section 6.2) without query and fragment; undefined: it is none. */
function withoutQuery(address: string): string | undefined {
  const url = URL.parse(address);
  if (!url) return undefined;
  url.search = '';
  url.hash = '';
  return url.href;
}

/** Proofs of different keys may have the same id. */
function identityOf({ thumbprint, id }: Proof): string {
  return createHash('sha256').update(`${thumbprint}.${id}`).digest('base64url');
}
