/** Data of subgraphs as it was parsed: objects that may be added to, until the answer is written. */

export interface Data {
  [key: string]: unknown;
}

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What can be gone through like a list. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
