/** Buildings: seen company-wide, or when a residence in them is in reach. */
import { encodeId, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { PropertyParent } from '../parents.ts';
import { isInReach, isOneOf, type Reach } from './visibility.ts';

export async function readProperties(
  transaction: TenantTransaction,
  reach: Reach,
  keys: readonly string[],
): Promise<readonly PropertyParent[]> {
  const rows = await visibleProperties(transaction, reach).where(isOneOf('key', keys)).execute();
  return rows.map(toProperty);
}

/** At most `limit` buildings in the order of their keys, after the key `after`. */
export async function listProperties(
  transaction: TenantTransaction,
  reach: Reach,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly PropertyParent[]> {
  const rows = await visibleProperties(transaction, reach)
    .where('key', '>', after ?? '')
    .orderBy('key')
    .limit(limit)
    .execute();
  return rows.map(toProperty);
}

function visibleProperties(transaction: TenantTransaction, reach: Reach) {
  const visible = transaction.selectFrom('property').select(['tenant', 'key', 'name', 'address']);
  if (reach === 'company') return visible;
  return visible.where(({ exists, selectFrom }) =>
    exists(
      selectFrom('residence')
        .select(sql`1`.as('one'))
        .whereRef('residence.property', '=', 'property.key')
        .where(isInReach('residence.key', reach)),
    ),
  );
}

interface PropertyRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly name: string;
  readonly address: string;
}

function toProperty({ tenant, key, name, address }: PropertyRow): PropertyParent {
  return { id: encodeId({ tenant, type: 'Property', residence: undefined, key }), key, name, address };
}
