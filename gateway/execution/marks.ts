/**
 * Marks in the text of an answer, where bytes stand that came as they are: `\u0001`, the place of the bytes in a list,
 * `\u0001`. In JSON there is no such character.
 */
import type { Verbatim } from './verbatim.ts';

const MARK = '\u0001';

export function mark(place: number): string {
  return `${MARK}${place}${MARK}`;
}

const MOST_BYTES_OF_A_UNIT = 3;

/** The bytes of a text with marks, in UTF-8. */
export function withVerbatims(text: string, verbatims: readonly Verbatim[]): Buffer {
  const parts = text.split(MARK);
  const marked = (index: number): Buffer | undefined => {
    if (index % 2 === 0) return undefined;
    const verbatim = verbatims[Number(parts[index])];
    if (!verbatim) throw new RangeError('a mark of nothing');
    return verbatim.bytes;
  };
  let most = text.length * MOST_BYTES_OF_A_UNIT;
  for (let index = 1; index < parts.length; index += 2) most += marked(index)?.length ?? 0;
  const all = Buffer.allocUnsafe(most);
  let end = 0;
  for (const [index, part] of parts.entries()) {
    end += marked(index)?.copy(all, end) ?? all.write(part, end);
  }
  return all.subarray(0, end);
}
