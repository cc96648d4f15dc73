/** Finds what belongs to another company in a text, also where it is encoded: in ids and cursors. */
import type { Estate } from './estates.ts';

const WORD = /[\w@.+~-]{4,}/g;

/**
 * What of `other` stands in `text`: its name, one of its texts, or an id or a cursor that holds either.
 *
 * @param text an answer as it came, JSON or not
 */
export function leaksOf(other: Estate, text: string): readonly string[] {
  const name = new RegExp(other.tenant, 'i');
  const isOthers = (part: string): boolean => name.test(part) || other.texts.has(part);
  const words = text.match(WORD) ?? [];
  const found = words.filter((word) => isOthers(word) || leaksOfDecoded(word, isOthers));
  return [...new Set([...found, ...valuesIn(text).filter(isOthers)])];
}

function leaksOfDecoded(word: string, isOthers: (part: string) => boolean): boolean {
  const decoded = Buffer.from(word, 'base64url').toString('latin1');
  return isOthers(decoded) || decoded.split(/[/"\\]/).some(isOthers);
}

/** Whole values: a name is told from others by all of its words. */
function valuesIn(text: string): readonly string[] {
  const values: string[] = [];
  try {
    JSON.parse(text, (_, value: unknown) => {
      if (typeof value === 'string') values.push(value);
      return value;
    });
  } catch {
    return [];
  }
  return values;
}
