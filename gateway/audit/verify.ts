/**
 * Reads the record from its beginning and finds the first entry that doesn't fit.
 *
 * Whether the end was cut off is told by the head: how many entries there were at least, sealed beside the record. A
 * copy of both files from an earlier day fits in itself; against that helps only to keep the head elsewhere as well.
 */
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BEGINNING, isEqual, readLink, sealOf } from './entry.ts';

export type Verdict =
  | { readonly kind: 'whole'; readonly entries: number; readonly lastHash: string; readonly bytes: number }
  /** `entry` is the first one that doesn't fit, counted from 1. */
  | { readonly kind: 'broken'; readonly entry: number; readonly reason: string };

const head = z.object({ sequence: z.number().int(), hash: z.string(), seal: z.string() });

export type Head = Omit<z.output<typeof head>, 'seal'>;

export const recordFile = (directory: string): string => join(directory, 'record.jsonl');
export const headFile = (directory: string): string => join(directory, 'head.json');

/** The text of the head's file. */
export function sealHead({ sequence, hash }: Head, key: Uint8Array): string {
  return JSON.stringify({ sequence, hash, seal: sealOf(`head ${sequence} ${hash}`, key) });
}

/**
 * @param onEntry is given each line that fits, in order
 *
 * @example
 * const verdict = await verifyRecord(place.directory, await readRecordKey(place, masterKey));
 */
export async function verifyRecord(
  directory: string,
  key: Uint8Array,
  onEntry: (line: string) => void = () => undefined,
): Promise<Verdict> {
  const expected = await readHead(directory, key);
  if (expected === 'broken') return { kind: 'broken', entry: 1, reason: 'the head is not ours' };
  let last: { readonly sequence: number; readonly hash: string } = BEGINNING;
  let bytes = 0;
  for await (const line of lines(recordFile(directory))) {
    const found = readLink(line, key);
    const entry = last.sequence + 1;
    if (!found) return { kind: 'broken', entry, reason: 'it was altered' };
    if (found.sequence !== entry || found.previous !== last.hash) {
      return { kind: 'broken', entry, reason: 'another one stands in its place' };
    }
    if (found.sequence === expected.sequence && found.hash !== expected.hash) {
      return { kind: 'broken', entry, reason: 'it is not the one that was sealed' };
    }
    last = found;
    bytes += Buffer.byteLength(line) + 1;
    onEntry(line);
  }
  if (last.sequence < expected.sequence) {
    return { kind: 'broken', entry: last.sequence + 1, reason: 'the record ends before it' };
  }
  return { kind: 'whole', entries: last.sequence, lastHash: last.hash, bytes };
}

async function readHead(directory: string, key: Uint8Array): Promise<Head | 'broken'> {
  const text = await readFile(headFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return (await hasEntries(directory)) ? 'broken' : BEGINNING;
  try {
    const { sequence, hash, seal } = head.parse(JSON.parse(text));
    return isEqual(seal, sealOf(`head ${sequence} ${hash}`, key)) ? { sequence, hash } : 'broken';
  } catch {
    return 'broken';
  }
}

async function hasEntries(directory: string): Promise<boolean> {
  for await (const _ of lines(recordFile(directory))) return true;
  return false;
}

/** Whole lines; what stands after the last newline was never finished, and is left out. */
async function* lines(file: string): AsyncGenerator<string> {
  if (!existsSync(file)) return;
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
