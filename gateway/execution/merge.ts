/**
 * What a subgraph answered becomes part of the data. Nothing is copied: an entity that stands at several places is one
 * object below its first level at all of them.
 */
import { type Data, isData, isList } from './data.ts';
import { Verbatim } from './verbatim.ts';

export function mergeInto(target: Data, source: Data): void {
  for (const key in source) {
    const value = source[key];
    const existing = target[key];
    // An alias of ours that got its name back.
    if (value === undefined) continue;
    if (typeof existing === 'object' && existing !== null && typeof value === 'object' && value !== null) {
      target[key] = mergeValues(existing, value);
    } else {
      target[key] = value;
    }
  }
}

function mergeValues(existing: unknown, value: unknown): unknown {
  if (existing === value) return value;
  if (existing instanceof Verbatim) return mergeValues(existing.parse(), value);
  if (value instanceof Verbatim) return mergeValues(existing, value.parse());
  if (isData(existing) && isData(value)) {
    mergeInto(existing, value);
    return existing;
  }
  if (isList(existing) && isList(value) && existing.length === value.length) {
    return existing.map((item, index) => mergeValues(item, value[index]));
  }
  return value;
}
