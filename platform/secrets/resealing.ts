/**
 * Seals anew what lies in a database under an older generation of the master key, a bounded batch at a time.
 *
 * Each text is replaced only where it still is what was read: whatever a request has written meanwhile stays. It can be
 * stopped anywhere and begun again, also by several replicas at once. A text that doesn't open, of a key that was lost,
 * hinders no other, and is counted as left.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Envelope } from './envelope.ts';

type KeyValue = string | number;

export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The columns of the table's primary key. */
  readonly key: readonly string[];
  /** What the text of the row with this key is sealed for. */
  place(...key: readonly KeyValue[]): string;
}

/** Rows of one company alone, also where row-level security doesn't hold. */
export interface Scope {
  readonly column: string;
  readonly value: string;
}

/** Runs a batch in a transaction of its own. */
export type InTransaction<Tables> = <Result>(work: (database: Kysely<Tables>) => Promise<Result>) => Promise<Result>;

const BATCH = 100;
const MARK_LENGTH = 64;

/** @returns how many texts are left under older generations */
export async function resealColumns<Tables>(
  columns: readonly SealedColumn[],
  envelope: Envelope,
  inTransaction: InTransaction<Tables>,
  signal: AbortSignal,
  scope?: Scope,
): Promise<number> {
  let left = 0;
  for (const column of columns) {
    const mark = envelope.mark();
    const outdated = isOutdated(column, mark, scope);
    let after: readonly KeyValue[] | undefined;
    do {
      if (signal.aborted) break;
      after = await inTransaction((database) => resealBatch(database, column, envelope, outdated, after));
    } while (after !== undefined);
    left += await inTransaction((database) => count(database, column, outdated));
  }
  return left;
}

/** @returns the key of the last row that was looked at; undefined: there are no more */
async function resealBatch<Tables>(
  database: Kysely<Tables>,
  { table, column, key, place }: SealedColumn,
  envelope: Envelope,
  outdated: RawBuilder<unknown>,
  after: readonly KeyValue[] | undefined,
): Promise<readonly KeyValue[] | undefined> {
  const names = sql.join(key.map((name) => sql.ref(name)));
  const beyond = after ? sql`and (${names}) > (${sql.join(after)})` : sql``;
  const { rows } = await sql<Readonly<Record<string, KeyValue>> & { readonly sealed: string }>`
    select ${names}, ${sql.ref(column)} as sealed from ${sql.table(table)}
    where ${outdated} ${beyond}
    order by ${names} limit ${BATCH}`.execute(database);
  const renewed: RawBuilder<unknown>[] = [];
  for (const row of rows) {
    const own = key.map((name) => row[name] ?? '');
    const text = await renew(row.sealed, place(...own), envelope);
    if (text !== undefined) renewed.push(sql`(${sql.join([...own, row.sealed, text].map(typed))})`);
  }
  if (renewed.length > 0) {
    const [before, after] = [sql.ref('renewed.before'), sql.ref('renewed.after')];
    const given = key.map((_, index) => `key${index}`);
    await sql`
      update ${sql.table(table)} as kept set ${sql.ref(column)} = ${after}
      from (values ${sql.join(renewed)}) as renewed (${sql.join([...given, 'before', 'after'].map((name) => sql.ref(name)))})
      where (${sql.join(key.map((name) => sql.ref(`kept.${name}`)))}) = (${sql.join(given.map((name) => sql.ref(`renewed.${name}`)))})
        and ${sql.ref(`kept.${column}`)} = ${before}`.execute(database);
  }
  const last = rows.at(-1);
  return last && rows.length === BATCH ? key.map((name) => last[name] ?? '') : undefined;
}

/** In a list of values nothing else tells the database what they are. */
function typed(value: KeyValue): RawBuilder<unknown> {
  return typeof value === 'number' ? sql`${value}::bigint` : sql`${value}::text`;
}

async function renew(sealed: string, place: string, envelope: Envelope): Promise<string | undefined> {
  try {
    return await envelope.seal(await envelope.open(sealed, place), place);
  } catch {
    return undefined;
  }
}

async function count<Tables>(
  database: Kysely<Tables>,
  { table }: SealedColumn,
  outdated: RawBuilder<unknown>,
): Promise<number> {
  const { rows } = await sql<{ readonly left: number }>`
    select count(*)::int as left from ${sql.table(table)} where ${outdated}`.execute(database);
  return rows[0]?.left ?? 0;
}

function isOutdated({ column }: SealedColumn, mark: string, scope: Scope | undefined): RawBuilder<unknown> {
  const sealed = sql.ref(column);
  const within = scope ? sql`and ${sql.ref(scope.column)} = ${scope.value}` : sql``;
  return sql`${sealed} is not null and left(${sealed}, ${MARK_LENGTH}) <> ${mark} ${within}`;
}
