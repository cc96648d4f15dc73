/**
 * People, their personal columns still sealed. Seen are all of the company, or those who live now in a residence in
 * reach, and oneself.
 */
import { encodeId, type ResidenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import { sql } from 'kysely';
import type { TenantTransaction } from '../database/tenant-transaction.ts';
import type { PersonParent } from '../parents.ts';
import { isInReach, isOneOf, type Visibility } from './visibility.ts';

type PeopleVisibility = Pick<Visibility, 'people' | 'subject'>;

export async function readPeople(
  transaction: TenantTransaction,
  visibility: PeopleVisibility,
  keys: readonly string[],
): Promise<readonly PersonParent[]> {
  const rows = await visiblePeople(transaction, visibility).where(isOneOf('person.key', keys)).execute();
  return rows.map(toPerson);
}

/** At most `limit` people in the order of their keys: by name they can't be ordered, the database doesn't know it. */
export async function listPeople(
  transaction: TenantTransaction,
  visibility: PeopleVisibility,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<readonly PersonParent[]> {
  const rows = await visiblePeople(transaction, visibility)
    .where('person.key', '>', after ?? '')
    .orderBy('person.key')
    .limit(limit)
    .execute();
  return rows.map(toPerson);
}

/** Who lives now in each of `residences`. */
export async function readOccupants(
  transaction: TenantTransaction,
  residences: readonly ResidenceKey[],
): Promise<ReadonlyMap<ResidenceKey, readonly PersonParent[]>> {
  const rows = await transaction
    .selectFrom('occupancy')
    .innerJoin('person', (join) =>
      join.onRef('person.tenant', '=', 'occupancy.tenant').onRef('person.key', '=', 'occupancy.person'),
    )
    .select([...COLUMNS, 'occupancy.residence'])
    .where(isOneOf('occupancy.residence', residences))
    .where(LIVES_THERE_NOW)
    .orderBy('person.key')
    .execute();
  const byResidence = Map.groupBy(rows, ({ residence }) => residence);
  return new Map([...byResidence].map(([residence, people]) => [residence, people.map(toPerson)]));
}

const LIVES_THERE_NOW = sql<boolean>`
  occupancy.since <= now() and (occupancy.until is null or now() < occupancy.until)`;

function visiblePeople(transaction: TenantTransaction, { people, subject }: PeopleVisibility) {
  const visible = transaction.selectFrom('person').select(COLUMNS);
  if (people === 'company') return visible;
  return visible.where(({ or, exists, selectFrom }) =>
    or([
      exists(
        selectFrom('occupancy')
          .select(sql`1`.as('one'))
          .whereRef('occupancy.person', '=', 'person.key')
          .where(isInReach('occupancy.residence', people))
          .where(LIVES_THERE_NOW),
      ),
      exists(
        selectFrom('account')
          .select(sql`1`.as('one'))
          .whereRef('account.person', '=', 'person.key')
          .where('account.subject', '=', subject ?? ''),
      ),
    ]),
  );
}

const COLUMNS = [
  'person.tenant',
  'person.key',
  'person.sealed_name as sealedName',
  'person.sealed_email as sealedEmail',
  'person.sealed_phone as sealedPhone',
] as const;

interface PersonRow {
  readonly tenant: TenantId;
  readonly key: string;
  readonly sealedName: string;
  readonly sealedEmail: string | null;
  readonly sealedPhone: string | null;
}

function toPerson({ tenant, key, sealedName, sealedEmail, sealedPhone }: PersonRow): PersonParent {
  const id = encodeId({ tenant, type: 'Person', residence: undefined, key });
  return { id, tenant, key, sealedName, sealedEmail, sealedPhone };
}
