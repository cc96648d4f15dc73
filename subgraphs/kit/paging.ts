/**
 * Pages of a list: `first`, opaque cursors, and the connection that is answered.
 *
 * A cursor is bound to its company and its list: one of another company or another list is refused as BAD_USER_INPUT.
 * Like an id it is no secret and no proof; `position` may be a key, never a personal value such as a name.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { badUserInput } from './errors.ts';
import type { TenantId } from './tenancy/ids.ts';

const DEFAULT_FIRST = 20;
const GREATEST_FIRST = 100;
const GREATEST_CURSOR_LENGTH = 1024;

/** Which list is paged: its company, and a name that tells it from others, such as `Residence.devices:17`. */
export interface ListScope {
  readonly tenant: TenantId;
  readonly list: string;
}

/** The arguments as they come from GraphQL. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface Page {
  readonly first: number;
  /** Position of the last node of the page before; undefined: this is the first page. */
  readonly after: string | undefined;
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** @throws {GraphQLError} BAD_USER_INPUT naming `first` or `after`. */
export function parsePage({ first, after }: PageArguments, scope: ListScope): Page {
  return { first: parseFirst(first), after: after == null ? undefined : decodeCursor(after, scope) };
}

/** @throws {GraphQLError} BAD_USER_INPUT naming `first` unless it is from 1 to 100. */
export function parseFirst(first: number | null | undefined, whenAbsent: number = DEFAULT_FIRST): number {
  const count = first ?? whenAbsent;
  if (!Number.isInteger(count) || count < 1 || count > GREATEST_FIRST) {
    throw badUserInput('first', `has to be from 1 to ${GREATEST_FIRST}`);
  }
  return count;
}

/**
 * The connection of a page that was fetched as a page.
 *
 * @param position where a node stands in its list, as `Page.after` gives it back
 *
 * @example
 * const page = parsePage(args, scope);
 * const rows = await readResidences(page.after, page.first + 1);
 * return connection(rows.slice(0, page.first), scope, (row) => row.key, rows.length > page.first);
 */
export function connection<Node>(
  nodes: readonly Node[],
  scope: ListScope,
  position: (node: Node) => string,
  hasNextPage: boolean,
): Connection<Node> {
  const edges = nodes.map((node) => ({ cursor: encodeCursor(position(node), scope), node }));
  return { edges, nodes, pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } };
}

/**
 * The connection of one page of a list that is in memory as a whole.
 *
 * @throws {GraphQLError} BAD_USER_INPUT naming `first`, or `after` when no node stands there any more.
 */
export function connectionOf<Node>(
  all: readonly Node[],
  args: PageArguments,
  scope: ListScope,
  position: (node: Node) => string,
): Connection<Node> {
  const { first, after } = parsePage(args, scope);
  const last = after === undefined ? -1 : all.findIndex((node) => position(node) === after);
  if (after !== undefined && last === -1) throw badUserInput('after', 'is not a cursor of this list');
  const nodes = all.slice(last + 1, last + 1 + first);
  return connection(nodes, scope, position, last + 1 + first < all.length);
}

/** The list stands in it as a digest: its name holds what was asked for, which may be long and isn't always theirs. */
export function encodeCursor(position: string, { tenant, list }: ListScope): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant, list]))
    .digest('base64url');
  return Buffer.from(JSON.stringify([digest, position])).toString('base64url');
}

const cursorParts = z.tuple([z.string(), z.string()]);

/** Company, list and spelling are checked at once: only the cursor that this scope would give for its position passes. */
function decodeCursor(cursor: string, scope: ListScope): string {
  const position = cursor.length > GREATEST_CURSOR_LENGTH ? undefined : positionIn(cursor);
  if (position === undefined || encodeCursor(position, scope) !== cursor) {
    throw badUserInput('after', 'is not a cursor of this list');
  }
  return position;
}

function positionIn(cursor: string): string | undefined {
  try {
    return cursorParts.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))[1];
  } catch {
    return undefined;
  }
}
