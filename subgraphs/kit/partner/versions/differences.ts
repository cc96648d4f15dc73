/** Where two mapped answers differ: places, never values. */
import { placeOf } from '../partner-error.ts';

const MOST_PLACES = 10;
const JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;
const INSTANT = /^\d{4}-\d\d-\d\dT/;

/**
 * What is encrypted isn't opened for it and isn't compared, nor is `apiVersion`; two ways to write an instant are the same,
 * and so are a member that is null and one that is left out.
 *
 * @returns places without their indexes, each once
 *
 * @example
 * differences([{ kind: 'heat' }], [{ kind: 'gas' }]); // → ['[].kind']
 */
export function differences(one: unknown, other: unknown): readonly string[] {
  const places = new Set<string>();
  const compare = (a: unknown, b: unknown, path: readonly PropertyKey[]): void => {
    if (places.size >= MOST_PLACES || isSame(a, b)) return;
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
      for (const [index, item] of a.entries()) compare(item, b[index], [...path, 0]);
    } else if (isRecord(a) && isRecord(b)) {
      const members = new Set([...Object.keys(a), ...Object.keys(b)]);
      members.delete('apiVersion');
      for (const member of members) compare(a[member], b[member], [...path, member]);
    } else places.add(placeOf(path).replaceAll('[0]', '[]'));
  };
  compare(one, other, []);
  return [...places];
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  // The same number of another unit isn't always the same to the last bit.
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  if (JWE.test(a) && JWE.test(b)) return true;
  return INSTANT.test(a) && INSTANT.test(b) && Date.parse(a) === Date.parse(b);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
