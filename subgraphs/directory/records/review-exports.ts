/** What a review lists, as it is given away in files. */
import { encodeId, type ResidenceKey, residenceId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { proposalOf, type ReviewItemPosition } from './review-items.ts';
import { ITEM_STATE } from './review-state.ts';

/** Ids as GraphQL has them, subjects, and instants as ISO 8601 strings. */
export interface ExportedItem {
  readonly review: string;
  readonly item: string;
  readonly grant: string;
  readonly subject: string;
  readonly role: string;
  readonly reach: string;
  /** The buildings or residences that the grant names; none for the whole company. */
  readonly places: readonly string[];
  readonly since: string;
  readonly until: string;
  readonly grantedBy: string | null;
  readonly approvedBy: string | null;
  readonly lastUsedOn: string | null;
  readonly proposal: string;
  readonly because: string;
  readonly state: string;
  readonly decision: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly remark: string | null;
}

export interface ExportedPage {
  readonly items: readonly ExportedItem[];
  /** Where the last of them stands; undefined: there is no other page. */
  readonly end: ReviewItemPosition | undefined;
}

export const ITEMS_IN_FILE = 500;

export async function readReviewPage(
  transaction: TenantTransaction,
  { review, after }: { readonly review: string; readonly after: ReviewItemPosition | undefined },
): Promise<ExportedPage> {
  let listed = transaction
    .selectFrom('review_item')
    .innerJoin('role_grant', (join) =>
      join.onRef('role_grant.tenant', '=', 'review_item.tenant').onRef('role_grant.key', '=', 'review_item.role_grant'),
    )
    .selectAll('review_item')
    .select(['role_grant.role', 'role_grant.reach', 'role_grant.since', 'role_grant.until'])
    .select(['role_grant.granted_by', 'role_grant.approved_by'])
    .select([ITEM_STATE.as('state'), sql<string | null>`review_item.last_used_on::text`.as('usedOn')])
    .select([
      sql<readonly string[]>`array(
        select property from role_grant_property as named
        where named.tenant = role_grant.tenant and named.role_grant = role_grant.key order by property
      )`.as('properties'),
      sql<readonly ResidenceKey[]>`array(
        select residence from role_grant_residence as named
        where named.tenant = role_grant.tenant and named.role_grant = role_grant.key order by residence
      )`.as('residences'),
    ])
    .where('review_item.campaign', '=', review);
  if (after) {
    listed = listed.where(sql<boolean>`(review_item.subject, review_item.key) > (${after.subject}, ${after.key})`);
  }
  const rows = await listed
    .orderBy('review_item.subject')
    .orderBy('review_item.key')
    .limit(ITEMS_IN_FILE + 1)
    .execute();
  const inFile = rows.slice(0, ITEMS_IN_FILE);
  return {
    items: inFile.map(({ tenant, key, reach, ...row }) => {
      const id = (type: string, of: string) => encodeId({ tenant, type, residence: undefined, key: of });
      return {
        review: id('ReviewCampaign', row.campaign),
        item: id('ReviewItem', key),
        grant: id('RoleGrant', row.role_grant),
        subject: row.subject,
        role: row.role,
        reach: reach.toUpperCase(),
        places: [
          ...row.properties.map((property) => id('Property', property)),
          ...row.residences.map((residence) => residenceId(tenant, residence)),
        ],
        since: row.since.toISOString(),
        until: row.until.toISOString(),
        grantedBy: row.granted_by,
        approvedBy: row.approved_by,
        lastUsedOn: row.usedOn,
        proposal: proposalOf(row.because),
        because: row.because,
        state: row.state,
        decision: row.decision,
        decidedBy: row.decided_by,
        decidedAt: row.decided_at?.toISOString() ?? null,
        remark: row.remark,
      };
    }),
    end: rows.length > ITEMS_IN_FILE ? inFile.at(-1) : undefined,
  };
}
