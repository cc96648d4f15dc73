/** A list → JSON text. */
import { GraphQLError } from 'graphql';
import { type Execution, isPromise, type Path, type Written } from './execution.ts';
import { handleError } from './handle-error.ts';
import type { Complete, SelectedField } from './plan.ts';

export interface ItemPlan<Context> {
  readonly complete: Complete<Context>;
  readonly isNullable: boolean;
  readonly isLeaf: boolean;
  readonly field: SelectedField;
}

/** @throws {Error} when it is no list, or when an item that can't be null is; located then. */
export function writeList<Context>(
  value: unknown,
  item: ItemPlan<Context>,
  execution: Execution<Context>,
  path: Path | undefined,
): Written {
  if (!isIterableObject(value)) {
    const { parentType, definition } = item.field;
    const name = `${parentType.name}.${definition.name}`;
    throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`);
  }
  let text = '[';
  let pending: Written[] | undefined;
  let index = 0;
  try {
    for (const element of value) {
      if (index > 0) text += ',';
      const written = writeItem(element, item, execution, path, index);
      index += 1;
      if (typeof written === 'string') {
        text += written;
      } else {
        pending ??= [];
        pending.push(text, written);
        text = '';
      }
    }
  } catch (error) {
    // Nobody waits for them any more.
    for (const written of pending ?? []) if (typeof written !== 'string') written.catch(() => {});
    throw error;
  }
  text += ']';
  if (pending === undefined) return text;
  pending.push(text);
  return Promise.all(pending).then(join);
}

/** Put together as all other text is, so that it is gone through once, at the end. */
export function join(texts: readonly string[]): string {
  let all = '';
  for (const text of texts) all += text;
  return all;
}

function writeItem<Context>(
  element: unknown,
  item: ItemPlan<Context>,
  execution: Execution<Context>,
  listPath: Path | undefined,
  index: number,
): Written {
  const path = item.isLeaf ? undefined : { prev: listPath, key: index, typename: undefined };
  const failed = (error: unknown): string =>
    handleError(error, item, item.field, path ?? { prev: listPath, key: index, typename: undefined }, execution);
  try {
    const written = isPromise(element)
      ? element.then((resolved) => item.complete(resolved, execution, path))
      : item.complete(element, execution, path);
    return typeof written === 'string' ? written : written.then(undefined, failed);
  } catch (error) {
    return failed(error);
  }
}

function isIterableObject(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    typeof value[Symbol.iterator] === 'function'
  );
}
