/** Groups as a company's identity provider knows them: names sealed and found by keyed hashes, members by their keys. */
import { randomUUID } from 'node:crypto';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import { shortText, type UserRecords } from './provisioned-users.ts';
import { isOneOf } from './visibility.ts';

export const groupProfile = z.object({ displayName: shortText, externalId: shortText.optional() });

export type GroupProfile = z.output<typeof groupProfile>;

export interface ProvisionedGroup {
  readonly key: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly profile: GroupProfile;
}

export interface GroupLookup {
  readonly by: 'id' | 'externalId' | 'displayName';
  readonly value: string;
}

export async function findGroups(
  records: UserRecords,
  lookups: readonly GroupLookup[],
): Promise<readonly ProvisionedGroup[]> {
  const rows = await rowsOf(records)
    .where(({ or, eb }) =>
      or(
        lookups.map(({ by, value }) => {
          if (by === 'id') return eb('key', '=', value);
          return eb(by === 'displayName' ? 'name_hash' : 'external_id_hash', '=', hashOf(records, by, value));
        }),
      ),
    )
    .execute();
  return Promise.all(rows.map((row) => toGroup(records, row)));
}

export async function readGroup(records: UserRecords, key: string): Promise<ProvisionedGroup | undefined> {
  const [group] = await findGroups(records, [{ by: 'id', value: key }]);
  return group;
}

export async function listGroups(
  records: UserRecords,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ readonly total: number; readonly groups: readonly ProvisionedGroup[] }> {
  const { total } = await records.transaction
    .selectFrom('provisioned_group')
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirstOrThrow();
  const rows = limit === 0 ? [] : await rowsOf(records).offset(offset).limit(limit).execute();
  return { total, groups: await Promise.all(rows.map((row) => toGroup(records, row))) };
}

/** At most `limit` groups in the order of their keys. */
export async function listGroupsByKey(
  records: UserRecords,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly ProvisionedGroup[]> {
  const rows = await selected(records)
    .where('key', '>', after ?? '')
    .orderBy('key')
    .limit(limit)
    .execute();
  return Promise.all(rows.map((row) => toGroup(records, row)));
}

export async function createGroup(records: UserRecords, profile: GroupProfile): Promise<string> {
  const key = randomUUID();
  await records.transaction
    .insertInto('provisioned_group')
    .values({ tenant: records.tenant, key, ...(await columnsOf(records, key, profile)) })
    .execute();
  return key;
}

/** It is another version, also when only its members are others. */
export async function updateGroup(records: UserRecords, key: string, profile: GroupProfile): Promise<void> {
  const columns = await columnsOf(records, key, profile);
  await records.transaction
    .updateTable('provisioned_group')
    .set((column) => ({
      ...columns,
      version: sql<number>`${column.ref('version')} + 1`,
      modified_at: sql<Date>`date_trunc('milliseconds', now())`,
    }))
    .where('key', '=', key)
    .execute();
}

/** With its members and its role. */
export async function removeGroup({ transaction }: Pick<UserRecords, 'transaction'>, key: string): Promise<void> {
  await transaction.deleteFrom('provisioned_group').where('key', '=', key).execute();
}

/** Keys of the people in each of `groups`. */
export async function membersOf(
  { transaction }: Pick<UserRecords, 'transaction'>,
  groups: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await transaction
    .selectFrom('provisioned_member')
    .select(['in_group', 'person'])
    .where(isOneOf('in_group', groups))
    .orderBy('person')
    .execute();
  const byGroup = Map.groupBy(rows, ({ in_group }) => in_group);
  return new Map(groups.map((key) => [key, new Set((byGroup.get(key) ?? []).map(({ person }) => person))]));
}

export async function addMembers(records: UserRecords, group: string, people: readonly string[]): Promise<void> {
  const rows = people.map((person) => ({ tenant: records.tenant, in_group: group, person }));
  if (rows.length > 0) await records.transaction.insertInto('provisioned_member').values(rows).execute();
}

export async function removeMembers(
  { transaction }: Pick<UserRecords, 'transaction'>,
  group: string,
  people: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom('provisioned_member')
    .where('in_group', '=', group)
    .where(isOneOf('person', people))
    .execute();
}

function rowsOf(records: UserRecords) {
  return selected(records).orderBy('created_at').orderBy('key');
}

function selected({ transaction }: UserRecords) {
  return transaction
    .selectFrom('provisioned_group')
    .select(['key', 'version', 'created_at', 'modified_at', 'sealed_profile']);
}

type GroupRow = Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number];

async function toGroup({ envelope, tenant }: UserRecords, row: GroupRow): Promise<ProvisionedGroup> {
  const profile = groupProfile.parse(JSON.parse(await envelope.open(row.sealed_profile, groupPlace(tenant, row.key))));
  const { key, version, created_at: createdAt, modified_at: modifiedAt } = row;
  return { key, version, createdAt, modifiedAt, profile };
}

async function columnsOf(records: UserRecords, key: string, profile: GroupProfile) {
  const { displayName, externalId } = profile;
  return {
    name_hash: hashOf(records, 'displayName', displayName),
    external_id_hash: externalId === undefined ? null : hashOf(records, 'externalId', externalId),
    sealed_profile: await records.envelope.seal(JSON.stringify(profile), groupPlace(records.tenant, key)),
  };
}

function hashOf({ hash, tenant }: UserRecords, by: 'externalId' | 'displayName', value: string): string {
  const same = by === 'externalId' ? value : value.normalize('NFKC').toLowerCase();
  return hash(`provisioned-group.${by}:${tenant}:${same}`);
}

export function groupPlace(tenant: TenantId, key: string): string {
  return `provisioned-group.profile:${tenant}:${key}`;
}
