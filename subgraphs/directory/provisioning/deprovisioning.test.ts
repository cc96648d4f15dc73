import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { adminOf, askAs, startProvider, type TestProvider } from '../testing/provider.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const OFFICER = {
  ...claimsOf('SECURITY_OFFICER', 'northgate', []),
  sub: 'northgate-security-officer',
  policies: ['public', 'personal-data', 'fresh-mfa'],
};

describe.each(EITHER_DATABASE)(
  'somebody whom their company’s provider takes out, in a directory on %s',
  (_, provide) => {
    let started: StartedDirectory;
    let provider: TestProvider;
    beforeAll(async () => {
      started = await startDirectory(provide);
      provider = await startProvider(started, 'northgate');
    });
    afterAll(() => started?.stop());

    const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
    /** What the gateway is told of a login, and what the issuer is. */
    const standing = async (subject: string, loggedInAt?: number) => {
      const claims = { tenant: 'northgate', sub: subject };
      const body = loggedInAt === undefined ? {} : { loggedInAt };
      const access = JSON.parse((await askAs(started, 'gateway', '/access', claims, { token: 't', ...body })).text);
      const { active } = JSON.parse((await askAs(started, 'issuer', '/active', claims, body)).text);
      return { gateway: access.active, issuer: active, grants: access.grants.length };
    };
    const person = (key: string) => encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key });
    const order = async (who: typeof OFFICER, name: string, input: object) => {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      const selection = name === 'grantRole' ? 'grant { id }' : 'person { id }';
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
      const { errors } = await started.gateway.ask(who, query, { input: { idempotencyKey: randomUUID(), ...input } });
      expect(errors).toBeUndefined();
    };
    const employ = async (attributes: object = {}) => {
      const key = await provider.addUser(attributes);
      const until = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString();
      const terms = { role: 'DISPATCHER', reason: 'takes calls', until };
      await order(adminOf('northgate') as typeof OFFICER, 'grantRole', { person: person(key), ...terms });
      return key;
    };
    /** As the owner of the tables, in the company. */
    const rowsOf = async <Row>(statement: RawBuilder<Row>): Promise<readonly Row[]> =>
      createOwnerTransactions(started.database)(
        NORTHGATE,
        async (transaction) => (await statement.execute(transaction)).rows,
      );
    const versionOf = async () => {
      const [row] = await rowsOf(
        sql<{ version: string }>`select version from access_version where tenant = 'northgate'`,
      );
      return Number(row?.version);
    };

    const ALL = { gateway: true, issuer: true, grants: 1 };
    const NOTHING = { gateway: false, issuer: false, grants: 0 };

    it('may nothing from the next question on, and the change is noted', async () => {
      const key = await employ();
      expect(await standing(key, secondsAgo(10))).toEqual(ALL);
      const before = await versionOf();
      await provider.setActive(key, 'False');
      expect(await standing(key, secondsAgo(0))).toEqual(NOTHING);
      expect(await standing(key)).toEqual(NOTHING);
      expect(await versionOf()).toBe(before + 1);
      await provider.setActive(key, 'False');
      expect(await versionOf()).toBe(before + 1);
    });

    it('gets back what they were granted, and no login from before', async () => {
      const key = await employ();
      await provider.setActive(key, false);
      await provider.setActive(key, true);
      expect(await standing(key)).toEqual(ALL);
      expect(await standing(key, secondsAgo(60))).toEqual(NOTHING);
      expect(await standing(key, secondsAgo(-1))).toEqual(ALL);
    });

    it('does not come back while an officer has suspended them, nor does the officer bring back who left', async () => {
      const key = await employ();
      await order(OFFICER, 'suspendPerson', { person: person(key), reason: 'a lost laptop' });
      await provider.setActive(key, false);
      await provider.setActive(key, true);
      expect(await standing(key)).toEqual(NOTHING);
      await provider.setActive(key, false);
      await order(OFFICER, 'reinstatePerson', { person: person(key) });
      expect(await standing(key)).toEqual(NOTHING);
      await provider.setActive(key, true);
      expect(await standing(key)).toEqual(ALL);
    });

    it('loses for good what they were granted when they are removed, and their addresses go', async () => {
      const key = await employ();
      expect((await provider.request('DELETE', `/Users/${key}`)).status).toBe(204);
      expect(await standing(key)).toEqual(NOTHING);
      const rows = await rowsOf(sql<{ revoked: number; open: number; kept: number }>`
      select
        count(*) filter (where revoked_by = 'northgate:provisioning')::integer as revoked,
        count(*) filter (where revoked_at is null)::integer as open,
        (select count(*) from provisioned_email where person = ${key})::integer
          + (select count(*) from provisioned_user where key = ${key})::integer
          + (select count(*) from person where key = ${key} and sealed_email is not null)::integer as kept
      from role_grant where subject = ${key}`);
      expect(rows).toEqual([{ revoked: 1, open: 0, kept: 0 }]);
      await order(OFFICER, 'reinstatePerson', { person: person(key) });
      expect(await standing(key)).toEqual(NOTHING);
    });

    it('is somebody new when they are put in again after that, who may log in at the provider as they did', async () => {
      const userName = `${randomUUID()}@northgate.example`;
      const issuer = 'https://login.rehired.example';
      const isTheirs = async (sub: string) => {
        const body = { issuer, providerSubject: 'the same there' };
        const { text } = await askAs(started, 'issuer', '/federated-login', { tenant: 'northgate', sub }, body);
        return JSON.parse(text).isTheirs;
      };
      const isRemoved = async (sub: string) =>
        JSON.parse((await askAs(started, 'issuer', '/active', { tenant: 'northgate', sub })).text).removed;
      await rowsOf(sql`
      insert into identity_provider
        (tenant, issuer, client_id, account_claim, assertion_audience, mfa_acr, mfa_amr, set_by)
      values ('northgate', ${issuer}, 'c', 'email', 'issuer', '{}', '{}', 'northgate-company-admin')`);
      const before = await employ({ userName });
      expect(await isTheirs(before)).toBe(true);
      await provider.setActive(before, false);
      expect(await isRemoved(before)).toBe(false);
      await provider.request('DELETE', `/Users/${before}`);
      expect(await isRemoved(before)).toBe(true);
      const after = await provider.addUser({ userName });
      expect(after).not.toBe(before);
      expect(await standing(after)).toEqual({ ...ALL, grants: 0 });
      expect(await standing(before)).toEqual(NOTHING);
      expect([await isRemoved(after), await isRemoved('northgate-dispatcher')]).toEqual([false, false]);
      expect(await isTheirs(after)).toBe(true);
    });

    it('is told, each time that it changes', async () => {
      const key = await employ();
      await provider.setActive(key, false);
      await provider.setActive(key, false);
      await provider.setActive(key, true);
      const kinds = await rowsOf(sql<{ kind: string }>`select kind from notice where subject = ${key} order by at`);
      expect(kinds.map(({ kind }) => kind)).toEqual(['GRANT_GIVEN', 'PERSON_SUSPENDED', 'PERSON_REINSTATED']);
    });

    it('leaves nothing behind in clear that the provider said, nor the token', async () => {
      const secret = randomUUID().replaceAll('-', '');
      const texts = { userName: `u${secret}`, externalId: `e${secret}`, displayName: `d${secret}` };
      await provider.addUser({ ...texts, emails: [{ value: `${secret}@canary.example`, type: 'work' }] });
      const { rows: tables } = await sql<{ name: string }>`
      select relname as name from pg_class
      where relnamespace = 'directory'::regnamespace and relkind = 'r'`.execute(started.database);
      const found: string[] = [];
      let read = 0;
      for (const { name } of tables) {
        for (const { text } of await rowsOf(
          sql<{ text: string }>`select row::text as text from ${sql.id(name)} as row`,
        )) {
          read += 1;
          if (text.includes(secret) || text.includes(provider.token)) found.push(name);
        }
      }
      expect(read).toBeGreaterThan(100);
      expect(found).toEqual([]);
    });
  },
);
