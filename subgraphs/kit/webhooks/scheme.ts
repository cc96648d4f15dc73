/** How a partner signs: what of a webhook is signed, and where its signature, time and id stand. */
import { createHash } from 'node:crypto';
import type { Contract } from '../partner/contract.ts';

export type SignatureScheme = Extract<NonNullable<Contract['events']>, { readonly delivery: 'webhooks' }>['signature'];

/** A webhook as it came. */
export interface Webhook {
  /** Of the header with this name; empty: there is none. */
  header(name: string): string;
  readonly body: Buffer;
}

export interface SignedMessage {
  /** The same for whatever is signed alike. */
  readonly id: string;
  /** Seconds since the epoch, as it was sent. */
  readonly timestamp: string;
  /** What the signatures are of. */
  readonly signed: Buffer;
  /** Several, as while keys are rotated. */
  readonly signatures: readonly Buffer[];
}

const GREATEST_SIGNATURES = 8;

/** Takes apart what nobody has verified yet. */
export function readSigned(scheme: SignatureScheme, { header, body }: Webhook): SignedMessage {
  if (scheme === 'standard-webhooks') {
    const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
    return {
      id,
      timestamp,
      signed: Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]),
      signatures: signaturesIn(header('webhook-signature'), ' ', 'v1,', 'base64'),
    };
  }
  const timestamp = header(scheme.timestampHeader);
  const named = scheme.idHeader === undefined ? undefined : header(scheme.idHeader);
  const [before = '', after = ''] = scheme.signs
    .split('{body}')
    .map((part) => part.replaceAll('{timestamp}', timestamp).replaceAll('{id}', named ?? ''));
  const signed = Buffer.concat([Buffer.from(before), body, Buffer.from(after)]);
  return {
    // Where no id is signed, only the whole tells whether it has come before.
    id: named ?? createHash('sha256').update(signed).digest('base64url'),
    timestamp,
    signed,
    signatures: signaturesIn(header(scheme.signatureHeader), ',', scheme.prefix, scheme.encoding),
  };
}

function signaturesIn(text: string, separator: string, prefix: string, encoding: 'base64' | 'hex'): readonly Buffer[] {
  return text
    .split(separator, GREATEST_SIGNATURES)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(prefix))
    .map((part) => Buffer.from(part.slice(prefix.length), encoding));
}
