/** A partner's words ↔ ours, by a table from theirs to ours. */
import { z } from 'zod';

/** A word of the partner's, parsed into ours. */
export function word<const Words extends Readonly<Record<string, unknown>>>(words: Words) {
  return z.enum(Object.keys(words) as (keyof Words & string)[]).transform((theirs) => words[theirs]);
}

/** The partner's word for ours. */
export function toPartner<Theirs extends string, Ours>(words: Readonly<Record<Theirs, Ours>>, ours: Ours): Theirs {
  for (const theirs in words) if (words[theirs] === ours) return theirs;
  throw new TypeError('no such word at the partner');
}
