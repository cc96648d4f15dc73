/** Data of subgraphs as it was parsed: objects that may be added to, until the answer is written. */

export interface Data {
  [key: string]: unknown;
}

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy of all objects and lists of it, and of nothing that never changes. */
export function copyOf<Value>(value: Value): Value;
export function copyOf(value: unknown): unknown {
  if (isList(value)) return value.map(copyOf);
  if (!isData(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, copyOf(below)]));
}

/** What can be gone through like a list. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
