/** Writes the sample estate, once in the life of a database. */
import { COMPANIES } from '@commonhold/development/estate.ts';
import { type TenantId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';
import { createOwnerTransactions, type TenantTransaction } from '../database/tenant-transaction.ts';
import { sealPerson } from '../records/sealed-person.ts';
import { companyRows, type SeedRows } from './estate.ts';

const NAME = 'sample-estate';

/** Each company is one transaction; the mark that all is done comes last, and a broken-off run is begun anew. */
export async function seedSampleEstate(database: Kysely<Tables>, envelope: Envelope, now: Date): Promise<void> {
  const done = await database.selectFrom('seed').select('name').where('name', '=', NAME).executeTakeFirst();
  if (done) return;
  const asOwner = createOwnerTransactions(database);
  for (const company of COMPANIES) {
    const tenant = tenantId(company.key);
    const { people, rows } = companyRows(company, now);
    const person = await Promise.all(people.map((clear) => sealPerson(envelope, tenant, clear)));
    await asOwner(tenant, (transaction) => writeCompany(transaction, tenant, { ...rows, person }));
  }
  await database.insertInto('seed').values({ name: NAME }).execute();
}

/** One statement a table: its rows go over as one JSON value. */
async function writeCompany(transaction: TenantTransaction, tenant: TenantId, rows: SeedRows): Promise<void> {
  const existing = await transaction.selectFrom('company').where('tenant', '=', tenant).select('tenant').execute();
  if (existing.length > 0) return;
  for (const [table, records] of Object.entries(rows)) {
    await sql`
      insert into ${sql.id(table)}
      select * from jsonb_populate_recordset(null::${sql.id(table)}, ${JSON.stringify(records)}::jsonb)
    `.execute(transaction);
  }
}
