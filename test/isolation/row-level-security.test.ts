/** In the database itself no company reaches another's rows, whatever a query asks for. */
import { openDirectory } from '@commonhold/directory/database/open-directory.ts';
import type { Tables } from '@commonhold/directory/database/tables.ts';
import {
  createOwnerTransactions,
  createTenantTransactions,
  type InTenant,
} from '@commonhold/directory/database/tenant-transaction.ts';
import { SAMPLE_ESTATE } from '@commonhold/directory/testing/sample-estate.ts';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { DATABASES, type TestDatabase } from '../databases.ts';

const NORTHGATE = tenantId('northgate');
const TENANT_TABLES = [
  'account',
  'assignment',
  'break_glass',
  'break_glass_residence',
  'briefing_confirmation',
  'company',
  'consent',
  'given_order',
  'group_role',
  'grant_use',
  'incident',
  'invitation',
  'letter',
  'notice',
  'occupancy',
  'partner_contract',
  'person',
  'property',
  'provisioned_email',
  'provisioned_group',
  'provisioned_member',
  'provisioned_user',
  'provisioning_token',
  'recovery_request',
  'residence',
  'review_campaign',
  'review_item',
  'role_grant',
  'role_grant_property',
  'role_grant_residence',
  'unwanted_mail',
  'webhook',
  'webhook_delivery',
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
      await sql`
        insert into grant_use (tenant, role_grant, last_used_on)
        select tenant, key, current_date from role_grant where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into review_campaign (tenant, key, name, ends_at)
        values (${company}, 'none', 'none', now() + interval '7 days')`.execute(transaction);
      await sql`
        insert into review_item (tenant, campaign, role_grant, subject, because)
        select tenant, 'none', key, subject, 'NEW' from role_grant where tenant = ${company} limit 1`.execute(
        transaction,
      );
      await sql`
        insert into letter (tenant, key, sealed, until)
        values (${company}, gen_random_uuid()::text, 'eyJ', now() + interval '1 day')`.execute(transaction);
      await sql`
        insert into assignment (tenant, request, residence, until, as_of)
        select tenant, 'none', key, now(), now() from residence where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into incident (tenant, text, announced_by)
        select tenant, 'none', subject from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into unwanted_mail (tenant, subject, kind)
        select tenant, subject, 'none' from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into partner_contract (tenant, key, partner, version, valid_until, media_type, sealed_document, added_by)
        select tenant, 'none', 'communal', 'none', now() + interval '1 day', 'text/markdown', 'eyJ', subject
        from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into webhook (tenant, key, url, sealed_secret, created_by)
        select tenant, 'none', 'https://none.example', 'eyJ', subject
        from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into provisioning_token (tenant, token_hash, created_by, until)
        select tenant, 'none', subject, now() + interval '1 day'
        from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into provisioned_user (tenant, key, user_name_hash, sealed_profile)
        select tenant, key, 'none', 'eyJ' from person where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into provisioned_email (tenant, person, email_hash)
        select tenant, key, 'none' from provisioned_user where tenant = ${company}`.execute(transaction);
      await sql`
        insert into provisioned_group (tenant, key, name_hash, sealed_profile)
        values (${company}, 'none', 'none', 'eyJ')`.execute(transaction);
      await sql`
        insert into provisioned_member (tenant, in_group, person)
        select tenant, 'none', key from provisioned_user where tenant = ${company}`.execute(transaction);
      await sql`
        insert into group_role (tenant, of_group, role, reach, properties, residences, days, set_by)
        select tenant, 'none', 'ANALYST', 'company', '{}', '{}', 1, subject
        from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into invitation (tenant, token_hash, person, until)
        select tenant, 'none', key, now() + interval '1 day'
        from provisioned_user where tenant = ${company}`.execute(transaction);
      await sql`
        insert into recovery_request (tenant, subject, code_hash, until)
        select tenant, subject, 'none', now() + interval '1 hour'
        from account where tenant = ${company} limit 1`.execute(transaction);
      await sql`
        insert into webhook_delivery (tenant, webhook, payload)
        select tenant, key, 'none' from webhook where tenant = ${company}`.execute(transaction);
    });
  }
}

describe.each(DATABASES)('on %s', (_, provide) => {
  let provided: TestDatabase;
  let database: Kysely<Tables>;
  let inTenant: InTenant;

  beforeAll(async () => {
    provided = await provide(SAMPLE_ESTATE);
    database = await openDirectory(provided.url, provided.dataDirectory);
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
    expect(rows.filter(({ isIsolated }) => !isIsolated)).toEqual([]);
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(TENANT_TABLES));
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

  it('alters of people those alone that the company’s provider put in', async () => {
    const { rows } = await run('update person set sealed_name = sealed_name returning key');
    expect(rows).toEqual((await run('select key from provisioned_user')).rows);
  });

  it.each([
    "update consent set tenant = 'riverside'",
    'update consent set until = until',
    'delete from consent',
    'update person set key = key',
    'delete from person',
    'update account set subject = subject',
    'update provisioning_token set until = until',
    'update invitation set until = until',
    'update group_role set days = days',
    'update recovery_request set code_hash = code_hash',
    'insert into role_grant select * from role_grant',
    'update role_grant set until = until',
    'update role_grant_property set property = property',
    'update account set person = person',
    'delete from role_grant_residence',
    'delete from review_item',
    'delete from grant_use',
    'update review_campaign set ends_at = ends_at',
    'update review_item set role_grant = role_grant',
    'delete from given_order',
    'delete from letter',
    'delete from notice',
    'update notice set subject = subject',
    'update webhook set url = url',
    'update partner_contract set version = version',
    'delete from partner_contract',
    'select * from held_key',
    'insert into webhook_delivery select * from webhook_delivery',
    'update letter set attempts = 0',
    'update break_glass set reason = reason',
    'update break_glass set until = until',
    'delete from break_glass',
    'delete from assignment',
    'update assignment set residence = residence',
    'update briefing_confirmation set confirmed_at = now()',
    'insert into briefing_confirmation select * from briefing_confirmation',
    'delete from briefing_confirmation',
    'delete from break_glass_residence',
    'select * from recurring_job',
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
    const { rows } = await run('select count(*)::integer as residences from residence');
    expect(rows).toEqual([{ residences: 1000 }]);
  });
});
