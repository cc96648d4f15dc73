/**
 * An entry of the record of access, and how it is sealed.
 *
 * Each entry holds the SHA-256 of the line before it and an HMAC over itself, under a key that is derived from the
 * master key. So an entry that was altered, taken out, put in or moved no longer fits, and nobody without the key can
 * make it fit.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Who asked for what, and what became of it: names of fields, never values. */
export interface AccessEvent {
  readonly at: string;
  readonly requestId: string;
  readonly tenant: string;
  readonly subject: string;
  readonly client: string;
  readonly tokenId: string;
  /** SHA-256 of the document's text. */
  readonly operationHash: string;
  /** Personal data that the operation was let through to, such as `Person.email`. */
  readonly personalFields: readonly string[];
  /** Personal data that it asked for in vain. */
  readonly deniedFields: readonly string[];
  /** Mutations that were carried out, such as `Mutation.unlockDoor`. */
  readonly mutations: readonly string[];
  /** Codes of errors that were told; none: everything was answered. */
  readonly codes: readonly string[];
}

const link = z.object({ sequence: z.number().int().min(1), previous: z.string(), seal: z.string() });

export interface Link extends z.output<typeof link> {
  /** SHA-256 of the whole line: what the next entry holds as `previous`. */
  readonly hash: string;
}

/** What comes before the first entry. */
export const BEGINNING = { sequence: 0, hash: '' } as const;

/** The line for `event`, without its newline, and its hash. */
export function sealEntry(
  event: AccessEvent,
  before: { readonly sequence: number; readonly hash: string },
  key: Uint8Array,
): { readonly line: string; readonly sequence: number; readonly hash: string } {
  const sequence = before.sequence + 1;
  const body = JSON.stringify({ sequence, previous: before.hash, ...event });
  const line = `${body.slice(0, -1)},"seal":"${sealOf(body, key)}"}`;
  return { line, sequence, hash: hashOf(line) };
}

/** The place of a line in the chain; undefined when it is no entry, or its seal isn't ours. */
export function readLink(line: string, key: Uint8Array): Link | undefined {
  const parsed = link.safeParse(parseJson(line)).data;
  if (!parsed) return undefined;
  const suffix = `,"seal":"${parsed.seal}"}`;
  if (!line.endsWith(suffix)) return undefined;
  const body = `${line.slice(0, -suffix.length)}}`;
  return isEqual(parsed.seal, sealOf(body, key)) ? { ...parsed, hash: hashOf(line) } : undefined;
}

/** The seal of anything else that belongs to the record. */
export function sealOf(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

export function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
