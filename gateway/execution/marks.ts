/**
 * Marks in the text of an answer, where bytes stand that came as they are: `\u0001`, the place of the bytes in a list,
 * `\u0001`. In JSON there is no such character.
 */
import type { Verbatim } from './verbatim.ts';

const MARK = '\u0001';

export function mark(place: number): string {
  return `${MARK}${place}${MARK}`;
}

/** A text with marks as bytes of UTF-8; one without any may stay a text. */
export function withVerbatims(text: string, verbatims: readonly Verbatim[]): string | Buffer {
  if (verbatims.length === 0) return text;
  return Buffer.concat(
    text.split(MARK).map((part, index) => {
      if (index % 2 === 0) return Buffer.from(part);
      const verbatim = verbatims[Number(part)];
      if (!verbatim) throw new RangeError('a mark of nothing');
      return verbatim.bytes;
    }),
  );
}
