/** Pages with opaque cursors, as a partner gives them. */
import { Problem } from './problem.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Left out on the last page. */
  readonly nextCursor?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * @param items in an order that doesn't change between pages
 * @throws {Problem} 422 for a cursor that this partner didn't give
 *
 * @example
 * return page(devices, { limit: body.limit ?? 100, cursor: body.cursor }, (device) => device.id);
 */
export function page<Item>(
  items: readonly Item[],
  { limit, cursor }: PageRequest,
  keyOf: (item: Item) => string,
): Page<Item> {
  const start = cursor === undefined ? 0 : positionAfter(items, cursor, keyOf);
  const slice = items.slice(start, start + limit);
  const last = slice.at(-1);
  if (last === undefined || start + limit >= items.length) return { items: slice };
  return { items: slice, nextCursor: Buffer.from(`after:${keyOf(last)}`).toString('base64url') };
}

function positionAfter<Item>(items: readonly Item[], cursor: string, keyOf: (item: Item) => string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  const index = text.startsWith('after:') ? items.findIndex((item) => keyOf(item) === text.slice(6)) : -1;
  if (index < 0) throw new Problem(422, 'bad-cursor', 'The cursor is not one of ours');
  return index + 1;
}
