/** In the database itself no company reaches another's rows, whatever a query asks for. */
import { openDirectory } from '@commonhold/directory/database/open-directory.ts';
import type { Tables } from '@commonhold/directory/database/tables.ts';
import {
  createOwnerTransactions,
  createTenantTransactions,
  type InTenant,
} from '@commonhold/directory/database/tenant-transaction.ts';
import { seedSampleEstate } from '@commonhold/directory/seed/write.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { DATABASES, type TestDatabase } from '../databases.ts';

const NORTHGATE = tenantId('northgate');
const TENANT_TABLES = [
  'account',
  'company',
  'consent',
  'given_order',
  'occupancy',
  'person',
  'property',
  'residence',
  'role_grant',
  'role_grant_property',
  'role_grant_residence',
];

/** Rows of both companies in the tables that the sample estate leaves empty. */
async function writeWhatIsNotSeeded(database: Kysely<Tables>): Promise<void> {
  const asOwner = createOwnerTransactions(database);
  for (const company of ['northgate', 'riverside']) {
    await asOwner(tenantId(company), async (transaction) => {
      await sql`
        insert into role_grant_property (tenant, role_grant, property)
        select role_grant.tenant, role_grant.key, property.key
        from role_grant join property on property.tenant = role_grant.tenant
        where role_grant.tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into given_order (tenant, subject, key, fingerprint, result)
        select tenant, subject, gen_random_uuid(), 'none', 'none'
        from account where tenant = ${company} limit 1`.execute(transaction);
    });
  }
}

describe.each(DATABASES)('on %s', (_, provide) => {
  let provided: TestDatabase;
  let database: Kysely<Tables>;
  let inTenant: InTenant;

  beforeAll(async () => {
    provided = await provide();
    database = await openDirectory(provided.url, provided.dataDirectory);
    await seedSampleEstate(database, createEnvelope(new Uint8Array(32)), new Date());
    await writeWhatIsNotSeeded(database);
    inTenant = createTenantTransactions(database);
  });

  afterAll(async () => {
    await database?.destroy();
    await provided?.remove();
  });

  const run = (statement: string) => inTenant(NORTHGATE, (transaction) => sql.raw(statement).execute(transaction));

  it('forces row-level security on every table that holds a company', async () => {
    const { rows } = await sql<{ name: string; isIsolated: boolean }>`
      select relname as name, relrowsecurity and relforcerowsecurity as "isIsolated"
      from pg_class
      where relnamespace = 'directory'::regnamespace and relkind = 'r'
        and exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'tenant')
      order by relname`.execute(database);
    expect(rows).toEqual(TENANT_TABLES.map((name) => ({ name, isIsolated: true })));
  });

  it('runs queries as a role that can neither log in nor pass row-level security', async () => {
    const { rows } = await inTenant(NORTHGATE, (transaction) =>
      sql`select current_user as role, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole
          from pg_roles where rolname = current_user`.execute(transaction),
    );
    expect(rows).toEqual([
      { role: 'commonhold_tenant', rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false },
    ]);
  });

  it.each(TENANT_TABLES)('shows of %s the rows of one company', async (table) => {
    const { rows } = await run(`select distinct tenant from ${table}`);
    expect(rows).toEqual([{ tenant: 'northgate' }]);
    expect((await run(`select tenant from ${table} where tenant = 'riverside'`)).rows).toEqual([]);
  });

  it.each(TENANT_TABLES)('shows nothing of %s where no company is set', async (table) => {
    const rows = await database.transaction().execute(async (transaction) => {
      await sql`select set_config('role', 'commonhold_tenant', true)`.execute(transaction);
      return (await sql.raw(`select tenant from ${table}`).execute(transaction)).rows;
    });
    expect(rows).toEqual([]);
  });

  it('leaves neither role nor company on the connection', async () => {
    await run('select 1');
    const { rows } = await sql<{ role: string; tenant: string | null }>`
      select current_user as role, current_setting('commonhold.tenant', true) as tenant`.execute(database);
    expect(rows[0]?.role).not.toBe('commonhold_tenant');
    expect(rows[0]?.tenant ?? '').toBe('');
  });

  it('keeps companies apart that ask at the same time', async () => {
    const companies = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 'northgate' : 'riverside'));
    const answers = await Promise.all(
      companies.map((company) =>
        inTenant(tenantId(company), (transaction) => transaction.selectFrom('company').select('tenant').execute()),
      ),
    );
    expect(answers).toEqual(companies.map((tenant) => [{ tenant }]));
  });

  it('refuses to write a row of another company', async () => {
    const give = (tenant: string): string => `
      insert into consent (tenant, residence, partner, purpose, since, until)
      values ('${tenant}', '${tenant}-p01-r01', 'communal', 'OPERATION', now(), now() + interval '1 day')`;
    await expect(run(give('riverside'))).rejects.toThrow(/row-level security/);
    await expect(run(give('northgate'))).resolves.toBeDefined();
  });

  it('refuses a row that points to another company', async () => {
    const pointing = `
      insert into consent (tenant, residence, partner, purpose, since, until)
      values ('northgate', 'riverside-p01-r01', 'communal', 'OPERATION', now(), now() + interval '1 day')`;
    await expect(run(pointing)).rejects.toThrow(/foreign key/);
  });

  it('changes no row of another company', async () => {
    const changed = await inTenant(NORTHGATE, (transaction) =>
      transaction
        .updateTable('consent')
        .set({ withdrawn_at: new Date() })
        .where('tenant', '=', tenantId('riverside'))
        .executeTakeFirst(),
    );
    expect(Number(changed.numUpdatedRows)).toBe(0);
  });

  it.each([
    "update consent set tenant = 'riverside'",
    'update consent set until = until',
    'delete from consent',
    'update person set sealed_name = sealed_name',
    'insert into role_grant select * from role_grant',
    'update role_grant set until = until',
    'update role_grant_property set property = property',
    'update account set person = person',
    'delete from role_grant_residence',
    'delete from given_order',
    'select * from seed',
    'select * from kysely_migration',
    'alter table person disable row level security',
    'create table stolen as select * from person',
    'truncate person',
  ])('lets queries not %s', async (statement) => {
    await expect(run(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('opens again, finds what was written, and seeds nothing anew', async () => {
    await database.destroy();
    database = await openDirectory(provided.url, provided.dataDirectory);
    inTenant = createTenantTransactions(database);
    await seedSampleEstate(database, createEnvelope(new Uint8Array(32)), new Date());
    const { rows } = await run('select count(*)::integer as residences from residence');
    expect(rows).toEqual([{ residences: 1000 }]);
  });
});
