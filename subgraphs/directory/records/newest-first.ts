/** Lists in the order newest first, then by key. */
import { type RawBuilder, sql } from 'kysely';

/** Where a row stands in such a list. */
export interface NewestFirstPosition {
  readonly since: Date;
  readonly key: string;
}

/** Whether a row of `table` comes after `position`. */
export function isFurtherOn(
  table: 'role_grant' | 'consent' | 'break_glass' | 'partner_contract',
  { since, key }: NewestFirstPosition,
): RawBuilder<boolean> {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${table}.${name}`);
  return sql`(${column('since')} < ${since} or (${column('since')} = ${since} and ${column('key')} > ${key}))`;
}
