/**
 * People as a company's identity provider knows them: all of a profile is sealed under the person's row, and found by
 * keyed hashes of user name, external id and mail addresses.
 */
import { randomUUID } from 'node:crypto';
import type { TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import { sealPerson } from './sealed-person.ts';
import { isOneOf } from './visibility.ts';

const LONGEST_TEXT = 256;
const MOST_VALUES = 20;

/** Neither control characters, which would break out of a line of a mail, nor nothing. */
export const shortText = z
  .string()
  .min(1)
  .max(LONGEST_TEXT)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]+$/u);
const optional = shortText.optional();
const kind = { type: optional, primary: z.boolean().optional() };

export const userProfile = z.object({
  userName: shortText,
  externalId: optional,
  name: z
    .object({
      formatted: optional,
      familyName: optional,
      givenName: optional,
      middleName: optional,
      honorificPrefix: optional,
      honorificSuffix: optional,
    })
    .optional(),
  displayName: optional,
  emails: z
    .array(z.object({ value: z.email().max(LONGEST_TEXT), ...kind }))
    .max(MOST_VALUES)
    .optional(),
  phoneNumbers: z
    .array(z.object({ value: shortText, ...kind }))
    .max(MOST_VALUES)
    .optional(),
});

export type UserProfile = z.output<typeof userProfile>;

export interface ProvisionedUser {
  /** That of the person, and the subject of their account. */
  readonly key: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly isActive: boolean;
  readonly profile: UserProfile;
}

/** Where a company's users are kept, and what opens them. */
export interface UserRecords {
  readonly tenant: TenantId;
  readonly transaction: TenantTransaction;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
}

export interface UserLookup {
  readonly by: 'id' | 'externalId' | 'userName' | 'emails';
  readonly value: string;
}

/** All that any of `lookups` finds, in the order in which they came. */
export async function findUsers(
  records: UserRecords,
  lookups: readonly UserLookup[],
): Promise<readonly ProvisionedUser[]> {
  const rows = await rowsOf(records)
    .where(({ or, eb, exists, selectFrom }) =>
      or(
        lookups.map(({ by, value }) => {
          if (by === 'id') return eb('provisioned_user.key', '=', value);
          const hash = hashOf(records, by, value);
          if (by === 'userName') return eb('user_name_hash', '=', hash);
          if (by === 'externalId') return eb('external_id_hash', '=', hash);
          return exists(
            selectFrom('provisioned_email')
              .select('person')
              .whereRef('provisioned_email.person', '=', 'provisioned_user.key')
              .where('email_hash', '=', hash),
          );
        }),
      ),
    )
    .execute();
  return Promise.all(rows.map((row) => toUser(records, row)));
}

export async function readUser(records: UserRecords, key: string): Promise<ProvisionedUser | undefined> {
  const [user] = await findUsers(records, [{ by: 'id', value: key }]);
  return user;
}

export async function listUsers(
  records: UserRecords,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ readonly total: number; readonly users: readonly ProvisionedUser[] }> {
  const { total } = await records.transaction
    .selectFrom('provisioned_user')
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirstOrThrow();
  const rows = limit === 0 ? [] : await rowsOf(records).offset(offset).limit(limit).execute();
  return { total, users: await Promise.all(rows.map((row) => toUser(records, row))) };
}

/** Which of `keys` are users of this company. */
export async function userKeysAmong(
  { transaction }: Pick<UserRecords, 'transaction'>,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await transaction.selectFrom('provisioned_user').select('key').where(isOneOf('key', keys)).execute();
  return new Set(rows.map(({ key }) => key));
}

/** A person with an account, without any right. @returns the key */
export async function createUser(records: UserRecords, profile: UserProfile, isActive: boolean): Promise<string> {
  const { transaction, tenant, envelope } = records;
  const key = randomUUID();
  const { sealed_name, ...person } = await sealPerson(envelope, tenant, personOf(key, profile));
  await transaction
    .insertInto('person')
    .values({ ...person, sealed_name: required(sealed_name) })
    .execute();
  await transaction
    .insertInto('account')
    .values({ tenant, subject: key, kind: 'person', person: key, deprovisioned_at: isActive ? null : new Date() })
    .execute();
  await transaction
    .insertInto('provisioned_user')
    .values({ tenant, key, ...(await columnsOf(records, key, profile)) })
    .execute();
  await writeEmails(records, key, profile);
  return key;
}

export async function updateUser(records: UserRecords, key: string, profile: UserProfile): Promise<void> {
  const { transaction, tenant, envelope } = records;
  const { sealed_name, sealed_email, sealed_phone } = await sealPerson(envelope, tenant, personOf(key, profile));
  await transaction
    .updateTable('person')
    .set({ sealed_name: required(sealed_name), sealed_email, sealed_phone })
    .where('key', '=', key)
    .execute();
  await transaction
    .updateTable('provisioned_user')
    .set(await columnsOf(records, key, profile))
    .where('key', '=', key)
    .execute();
  await transaction.deleteFrom('provisioned_email').where('person', '=', key).execute();
  await writeEmails(records, key, profile);
  await touchUser(records, key);
}

/** Something of the resource has changed: it is another version. */
export async function touchUser({ transaction }: Pick<UserRecords, 'transaction'>, key: string): Promise<void> {
  await transaction
    .updateTable('provisioned_user')
    .set((column) => ({
      version: sql<number>`${column.ref('version')} + 1`,
      modified_at: sql<Date>`date_trunc('milliseconds', now())`,
    }))
    .where('key', '=', key)
    .execute();
}

/**
 * The name stays, for those who ask later who held a right; addresses and all else that the provider said go, and so does
 * who they are there: it may lead to whom they are put in as again.
 */
export async function removeUser({ transaction }: Pick<UserRecords, 'transaction'>, key: string): Promise<void> {
  await transaction
    .updateTable('person')
    .set({ sealed_email: null, sealed_phone: null })
    .where('key', '=', key)
    .execute();
  await transaction.deleteFrom('federated_login').where('subject', '=', key).execute();
  await transaction.deleteFrom('provisioned_email').where('person', '=', key).execute();
  await transaction.deleteFrom('provisioned_user').where('key', '=', key).execute();
}

/** By which a person is called and written to. */
export function personOf(key: string, { userName, name, displayName, emails, phoneNumbers }: UserProfile) {
  const given = [name?.givenName, name?.familyName].filter((part) => part !== undefined).join(' ');
  return {
    key,
    name: displayName ?? name?.formatted ?? (given === '' ? userName : given),
    email: preferred(emails) ?? (z.email().safeParse(userName).success ? userName : null),
    phone: preferred(phoneNumbers) ?? null,
  };
}

type Value = NonNullable<UserProfile['phoneNumbers']>[number];

function preferred(values: readonly Value[] = []): string | undefined {
  const best = values.find(({ primary }) => primary) ?? values.find(({ type }) => type === 'work') ?? values[0];
  return best?.value;
}

function rowsOf({ transaction }: UserRecords) {
  return transaction
    .selectFrom('provisioned_user')
    .innerJoin('account', (join) =>
      join
        .onRef('account.tenant', '=', 'provisioned_user.tenant')
        .onRef('account.subject', '=', 'provisioned_user.key'),
    )
    .select(['provisioned_user.key', 'version', 'created_at', 'modified_at', 'sealed_profile', 'deprovisioned_at'])
    .orderBy('created_at')
    .orderBy('provisioned_user.key');
}

type UserRow = Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number];

async function toUser({ envelope, tenant }: UserRecords, row: UserRow): Promise<ProvisionedUser> {
  const profile = userProfile.parse(JSON.parse(await envelope.open(row.sealed_profile, profilePlace(tenant, row.key))));
  return {
    key: row.key,
    version: row.version,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    isActive: row.deprovisioned_at === null,
    profile,
  };
}

async function columnsOf(records: UserRecords, key: string, profile: UserProfile) {
  const { envelope, tenant } = records;
  const { userName, externalId } = profile;
  return {
    user_name_hash: hashOf(records, 'userName', userName),
    external_id_hash: externalId === undefined ? null : hashOf(records, 'externalId', externalId),
    sealed_profile: await envelope.seal(JSON.stringify(profile), profilePlace(tenant, key)),
  };
}

async function writeEmails(records: UserRecords, person: string, { emails = [] }: UserProfile): Promise<void> {
  const hashes = new Set(emails.map(({ value }) => hashOf(records, 'emails', value)));
  const rows = [...hashes].map((email_hash) => ({ tenant: records.tenant, person, email_hash }));
  if (rows.length > 0) await records.transaction.insertInto('provisioned_email').values(rows).execute();
}

/** Names and addresses are the same in any case, external ids are not (RFC 7643, section 3.1). */
function hashOf({ hash, tenant }: UserRecords, by: Exclude<UserLookup['by'], 'id'>, value: string): string {
  const same = by === 'externalId' ? value : value.normalize('NFKC').toLowerCase();
  return hash(`provisioned.${by}:${tenant}:${same}`);
}

function required(sealed: string | null): string {
  if (sealed === null) throw new TypeError('a person without a name');
  return sealed;
}

export function profilePlace(tenant: TenantId, key: string): string {
  return `provisioned.profile:${tenant}:${key}`;
}
