/**
 * Takes other companies' records out of a partner's answer.
 *
 * Every record of a partner says by `companyId` whose it is. The whole answer is walked, whatever its shape, before
 * anybody else sees it: nobody has to remember to ask, and a record that is nested in another is found too.
 *
 * - A foreign record in a list is left out, and so is a record that holds a foreign one.
 * - When that leaves nothing to answer with (the answer itself is foreign), the answer is `undefined`.
 */
import type { TenantId } from '../tenancy/ids.ts';

const FOREIGN = Symbol('foreign');
const GREATEST_DEPTH = 64;

export interface OwnRecords {
  /** The answer without them; undefined: nothing was left. */
  readonly answer: unknown;
  readonly dropped: number;
}

/**
 * @throws {RangeError} when the answer is nested deeper than any honest one.
 *
 * @example
 * dropForeign({ items: [{ companyId: 'northgate' }, { companyId: 'riverside' }] }, tenantId('northgate'));
 * // → { answer: { items: [{ companyId: 'northgate' }] }, dropped: 1 }
 */
export function dropForeign(answer: unknown, tenant: TenantId): OwnRecords {
  let dropped = 0;

  const own = (value: unknown, depth: number): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (depth > GREATEST_DEPTH) throw new RangeError('nested too deep');
    if (Array.isArray(value)) {
      return value.map((item) => own(item, depth + 1)).filter((item) => item !== FOREIGN);
    }
    if ('companyId' in value && value.companyId !== tenant) {
      dropped += 1;
      return FOREIGN;
    }
    const entries = Object.entries(value).map(([member, inner]) => [member, own(inner, depth + 1)] as const);
    return entries.some(([, inner]) => inner === FOREIGN) ? FOREIGN : Object.fromEntries(entries);
  };

  const rest = own(answer, 0);
  return { answer: rest === FOREIGN ? undefined : rest, dropped };
}
