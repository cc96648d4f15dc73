/**
 * Our pages over a partner's cursors. A partner gives a cursor for the end of a page alone; ours has one for each node.
 * A position is therefore where the partner's page began, and how many of its nodes lie before.
 */
import { badUserInput } from '../errors.ts';
import { type Connection, connection, type ListScope, type PageArguments, parsePage } from '../paging.ts';
import { violation } from './transport.ts';

export interface PartnerPage<Node> {
  readonly items: readonly Node[];
  /** Left out on the last page. */
  readonly nextCursor?: string | undefined;
}

/** More than any honest list has. */
const GREATEST_PAGES = 100;

/**
 * All nodes of a partner's list, page after page.
 *
 * @throws {PartnerError} PARTNER_CONTRACT_VIOLATION when there is no end to them
 */
export async function everyPage<Node>(
  partner: string,
  fetchPage: (cursor: string | undefined) => Promise<PartnerPage<Node>>,
): Promise<readonly Node[]> {
  const found: Node[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < GREATEST_PAGES; page += 1) {
    const { items, nextCursor } = await fetchPage(cursor);
    found.push(...items);
    if (nextCursor === undefined) return found;
    cursor = nextCursor;
  }
  throw violation(partner, 'nextCursor', 'pages without an end');
}

const POSITION = /^(\d{1,3}):(.*)$/s;

/**
 * @param fetchPage asks the partner for at most `limit` nodes from `cursor` on
 * @throws {GraphQLError} BAD_USER_INPUT naming `first` or `after`
 */
export async function partnerConnection<Node>(
  args: PageArguments,
  scope: ListScope,
  fetchPage: (limit: number, cursor: string | undefined) => Promise<PartnerPage<Node>>,
): Promise<Connection<Node>> {
  const { first, after } = parsePage(args, scope);
  const [, skipped = '0', start = ''] = POSITION.exec(after ?? '0:') ?? [];
  if (after !== undefined && !POSITION.test(after)) throw badUserInput('after', 'is not a cursor of this list');
  const before = Number(skipped);
  const { items, nextCursor } = await fetchPage(before + first, start === '' ? undefined : start);
  const nodes = items.slice(before);
  const positions = new Map(
    nodes.map((node, index) => {
      const isLast = index === nodes.length - 1 && nextCursor !== undefined;
      return [node, isLast ? `0:${nextCursor}` : `${before + index + 1}:${start}`] as const;
    }),
  );
  return connection(nodes, scope, (node) => positions.get(node) ?? '', nextCursor !== undefined);
}
