/** Residences in reach: by key, in the order of building and number, and by building. */
import { type ResidenceKey, residenceId, type TenantId, type TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { ResidenceParent } from '../parents.ts';
import { isInReach, isOneOf, type Reach } from './visibility.ts';

export async function readResidences(
  transaction: TenantTransaction,
  keys: readonly ResidenceKey[],
): Promise<readonly ResidenceParent[]> {
  const rows = await transaction.selectFrom('residence').select(COLUMNS).where(isOneOf('key', keys)).execute();
  return rows.map(toResidence);
}

/** Where a residence stands among all of its company. */
export interface ResidencePosition {
  readonly property: string;
  readonly number: string;
}

export interface ResidenceList {
  /** Key of the building; undefined: all buildings. */
  readonly property: string | undefined;
  readonly numberPrefix: string;
  readonly after: ResidencePosition | undefined;
  readonly limit: number;
}

/** At most `limit` residences in the order of building and number. */
export async function listResidences(
  transaction: TenantTransaction,
  reach: Reach,
  { property, numberPrefix, after, limit }: ResidenceList,
): Promise<readonly ResidenceParent[]> {
  let visible = transaction.selectFrom('residence').select(COLUMNS).where(isInReach('residence.key', reach));
  if (property !== undefined) visible = visible.where('property', '=', property);
  if (numberPrefix !== '') visible = visible.where(sql<boolean>`starts_with(number, ${numberPrefix})`);
  if (after) visible = visible.where(sql<boolean>`(property, number) > (${after.property}, ${after.number})`);
  const rows = await visible.orderBy('property').orderBy('number').limit(limit).execute();
  return rows.map(toResidence);
}

/** A page of one building's residences. */
export interface BuildingPage {
  readonly property: string;
  /** Number of the last residence before; empty: from the first on. */
  readonly after: string;
  readonly limit: number;
}

/** The pages of several buildings by one query, in the order of `pages`. */
export async function readBuildingPages(
  transaction: TenantTransaction,
  reach: Reach,
  pages: readonly BuildingPage[],
): Promise<readonly (readonly ResidenceParent[])[]> {
  const { rows } = await sql<ResidenceRow & { page: number }>`
    select page.position as page, found.*
    from jsonb_to_recordset(${JSON.stringify(pages.map((page, position) => ({ ...page, position })))}::jsonb)
      as page(position integer, property text, after text, "limit" integer)
    cross join lateral (
      select tenant, key, property, number, floor, area_square_meters
      from residence
      where residence.property = page.property collate "C" and residence.number > page.after collate "C"
        and ${isInReach('residence.key', reach)}
      order by residence.number
      limit page."limit"
    ) as found
    order by page.position, found.number`.execute(transaction);
  const byPage = Map.groupBy(rows, ({ page }) => page);
  return pages.map((_, position) => (byPage.get(position) ?? []).map(toResidence));
}

/** The parts of a residence's id. */
export function residenceOf(tenant: TenantId, key: ResidenceKey): TypedId {
  return { tenant, type: 'Residence', residence: key, key };
}

const COLUMNS = ['tenant', 'key', 'property', 'number', 'floor', 'area_square_meters'] as const;

interface ResidenceRow {
  readonly tenant: TenantId;
  readonly key: ResidenceKey;
  readonly property: string;
  readonly number: string;
  readonly floor: number;
  readonly area_square_meters: string;
}

function toResidence({ tenant, key, area_square_meters, ...row }: ResidenceRow): ResidenceParent {
  return {
    id: residenceId(tenant, key),
    key,
    property: row.property,
    number: row.number,
    floor: row.floor,
    areaSquareMeters: area_square_meters,
  };
}
