/** Which partner may process a residence's data: read, given, withdrawn. */
import { encodeId, type ResidenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { ConsentParent } from '../parents.ts';
import { isFurtherOn, type NewestFirstPosition } from './newest-first.ts';
import type { Partner } from './partners.ts';
import { isInReach, isOneOf, type Reach } from './visibility.ts';

/** Those of `residences`, or of the whole company, for which `partner` has a consent in force at this instant. */
export async function residencesInForce(
  transaction: TenantTransaction,
  partner: Partner,
  residences: readonly ResidenceKey[] | undefined,
): Promise<readonly ResidenceKey[]> {
  let inForce = transaction
    .selectFrom('consent')
    .select('residence')
    .distinct()
    .where('partner', '=', partner)
    .where(IN_FORCE);
  if (residences) inForce = inForce.where(isOneOf('residence', residences));
  const rows = await inForce.execute();
  return rows.map(({ residence }) => residence);
}

export async function readConsents(
  transaction: TenantTransaction,
  keys: readonly string[],
): Promise<readonly ConsentParent[]> {
  const rows = await transaction.selectFrom('consent').select(COLUMNS).where(isOneOf('key', keys)).execute();
  return rows.map(toConsent);
}

/** Of each of `residences` all consents, withdrawn and ended ones included, oldest first. */
export async function readConsentsOf(
  transaction: TenantTransaction,
  residences: readonly ResidenceKey[],
): Promise<ReadonlyMap<ResidenceKey, readonly ConsentParent[]>> {
  const rows = await transaction
    .selectFrom('consent')
    .select(COLUMNS)
    .where(isOneOf('residence', residences))
    .orderBy('since')
    .orderBy('key')
    .execute();
  return Map.groupBy(rows.map(toConsent), ({ residence }) => residence);
}

export interface ConsentList {
  /** undefined: of all partners. */
  readonly partner: Partner | undefined;
  readonly after: NewestFirstPosition | undefined;
  readonly limit: number;
}

/** At most `limit` consents of residences in reach, withdrawn and ended ones included. */
export async function listConsents(
  transaction: TenantTransaction,
  reach: Reach,
  { partner, after, limit }: ConsentList,
): Promise<readonly ConsentParent[]> {
  let listed = transaction.selectFrom('consent').select(COLUMNS).where(isInReach('consent.residence', reach));
  if (partner) listed = listed.where('partner', '=', partner);
  if (after) listed = listed.where(isFurtherOn('consent', after));
  const rows = await listed.orderBy('since', 'desc').orderBy('key').limit(limit).execute();
  return rows.map(toConsent);
}

export interface ConsentToGive {
  readonly residence: ResidenceKey;
  readonly partner: Partner;
  readonly purpose: 'OPERATION';
  readonly until: Date;
}

/**
 * Gives a consent from now on. One that is in force for the same is replaced, so that a later withdrawal leaves none.
 *
 * @returns undefined when there is no such residence
 */
export async function giveConsent(
  transaction: TenantTransaction,
  tenant: TenantId,
  { residence, partner, purpose, until }: ConsentToGive,
): Promise<ConsentParent | undefined> {
  // Two at once would each replace what was there before, and leave two: the second waits for the first.
  const subject = [tenant, residence, partner, purpose].join('/');
  await sql`select pg_advisory_xact_lock(hashtextextended(${subject}, 0))`.execute(transaction);
  const known = await transaction.selectFrom('residence').select('key').where('key', '=', residence).execute();
  if (known.length === 0) return undefined;
  await transaction
    .updateTable('consent')
    // One that was waited for was given after this transaction began.
    .set({ withdrawn_at: sql<Date>`greatest(since, ${NOW})` })
    .where('residence', '=', residence)
    .where('partner', '=', partner)
    .where('purpose', '=', purpose)
    .where('withdrawn_at', 'is', null)
    .where('until', '>', NOW)
    .execute();
  const given = await transaction
    .insertInto('consent')
    .values({ tenant, residence, partner, purpose, since: NOW, until })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return toConsent(given);
}

/** Withdraws a consent from now on; one that was withdrawn before keeps its instant. */
export async function withdrawConsent(
  transaction: TenantTransaction,
  { key, residence }: { readonly key: string; readonly residence: ResidenceKey },
): Promise<ConsentParent | undefined> {
  await transaction
    .updateTable('consent')
    .set({ withdrawn_at: NOW })
    .where('key', '=', key)
    .where('residence', '=', residence)
    .where('withdrawn_at', 'is', null)
    .execute();
  const withdrawn = await transaction
    .selectFrom('consent')
    .select(COLUMNS)
    .where('key', '=', key)
    .where('residence', '=', residence)
    .executeTakeFirst();
  return withdrawn && toConsent(withdrawn);
}

const IN_FORCE = sql<boolean>`withdrawn_at is null and since <= now() and now() < until`;

/** Cut rather than rounded to the column's milliseconds: rounded up it would lie in the future. */
const NOW = sql<Date>`date_trunc('milliseconds', now())`;

const COLUMNS = ['tenant', 'key', 'residence', 'partner', 'purpose', 'since', 'until', 'withdrawn_at'] as const;

interface ConsentRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly residence: ResidenceKey;
  readonly partner: Partner;
  readonly purpose: 'OPERATION';
  readonly since: Date;
  readonly until: Date;
  readonly withdrawn_at: Date | null;
}

function toConsent({ tenant, key, residence, withdrawn_at, ...row }: ConsentRow): ConsentParent {
  return {
    id: encodeId({ tenant, type: 'Consent', residence, key }),
    key,
    residence,
    partner: row.partner,
    purpose: row.purpose,
    since: row.since.toISOString(),
    until: row.until.toISOString(),
    withdrawnAt: withdrawn_at?.toISOString() ?? null,
  };
}
