/** For tests: an answer in parts, put together as a client does. */
import { type Data, isData, isList } from '../execution/data.ts';

export interface TellableAnswer<Problem> {
  readonly data: unknown;
  readonly errors: readonly Problem[];
}

export interface TellablePart<Problem> extends TellableAnswer<Problem> {
  readonly path: readonly (string | number)[];
}

/** @throws {Error} when a part is of a place that isn't there */
export function joinedAnswer<Problem>(
  first: TellableAnswer<Problem>,
  parts: readonly TellablePart<Problem>[],
): TellableAnswer<Problem> {
  const whole = structuredClone(first.data);
  for (const { path, data } of parts) {
    const place = path.reduce<unknown>((at, key) => (isData(at) || isList(at) ? (at as Data)[key] : undefined), whole);
    if (!isData(place)) throw new Error(`nothing is at ${path.join('.')}`);
    if (isData(data)) merge(place, data);
  }
  return { data: whole, errors: [first, ...parts].flatMap(({ errors }) => errors) };
}

function merge(target: Data, source: Data): void {
  for (const [key, value] of Object.entries(source)) {
    const existing = target[key];
    target[key] = mergedValue(existing, value);
  }
}

function mergedValue(existing: unknown, value: unknown): unknown {
  // An error within a part makes null what others may have told of.
  if (value === null && existing !== undefined) return existing;
  if (isList(existing) && isList(value)) return value.map((item, index) => mergedValue(existing[index], item));
  if (!isData(existing) || !isData(value)) return structuredClone(value);
  merge(existing, value);
  return existing;
}
