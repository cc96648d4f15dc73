import { randomUUID } from 'node:crypto';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { z } from 'zod';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { openLetter } from '../records/letters.ts';
import { PATCH_OP, startProvider, type TestProvider } from '../testing/provider.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');

describe.each(EITHER_DATABASE)('another mail address by the provider, in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let provider: TestProvider;
  beforeAll(async () => {
    started = await startDirectory(provide);
    provider = await startProvider(started, 'northgate');
  });
  afterAll(() => started?.stop());

  const asOwner = (statement: ReturnType<typeof sql>) =>
    createOwnerTransactions(started.database)(NORTHGATE, async (transaction) => {
      const { rows } = await statement.execute(transaction);
      return z.array(z.record(z.string(), z.unknown())).parse(rows);
    });
  afterEach(async () => {
    await asOwner(sql`delete from notice where kind = 'ADDRESS_CHANGED'`);
    await asOwner(sql`delete from role_grant where reason = 'A test'`);
  });

  const address = () => `${randomUUID()}@northgate.example`;
  const employ = async (role?: string) => {
    const mail = address();
    const key = await provider.addUser({ userName: randomUUID(), emails: [{ value: mail, type: 'work' }] });
    if (role !== undefined) {
      await asOwner(sql`
        insert into role_grant (tenant, subject, role, reach, reason, since, until)
        values ('northgate', ${key}, ${role}, 'company', 'A test', now(), now() + interval '30 days')`);
    }
    return { key, mail };
  };
  const change = (key: string, path: string, value: unknown) =>
    provider.request('PATCH', `/Users/${key}`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path, value }],
    });
  const readdress = (key: string, mail: string) => change(key, 'emails', [{ value: mail, type: 'work' }]);
  const told = async () =>
    (await asOwner(sql`select subject, about from notice where kind = 'ADDRESS_CHANGED' order by subject`)).map(
      ({ subject, about }) => [subject, about],
    );
  const lettersTo = async (mail: string) => {
    const { rows } = await sql<{ key: string; sealed: string }>`
      select key, sealed from letter where tenant = 'northgate'`.execute(started.database);
    const letters = await Promise.all(rows.map((row) => openLetter(started.envelope, { tenant: NORTHGATE, ...row })));
    return letters.filter((letter) => letter.address === mail && !letter.text.includes('/invitation/'));
  };

  it('is told to its person, at the one before, too, which learns no other', async () => {
    const { key, mail } = await employ();
    const next = address();
    expect((await readdress(key, next)).status).toBe(200);
    const [letter, ...more] = await lettersTo(mail);
    expect(letter?.text).toContain('named another mail address for you');
    expect(letter?.text).not.toContain(next);
    expect(more).toEqual([]);
    expect(await told()).toEqual([[key, {}]]);
  });

  it.each(['SECURITY_OFFICER', 'COMPANY_ADMIN'])(
    'of a %s is told to security officers and company admins, as what others may misuse',
    async (role) => {
      const { key } = await employ(role);
      await readdress(key, address());
      const found = await told();
      expect(found).toHaveLength(4);
      expect(found).toContainEqual([key, {}]);
      for (const subject of [key, 'northgate-company-admin', 'northgate-security-officer']) {
        expect(found).toContainEqual([subject, { person: key }]);
      }
    },
  );

  it('is told when there is none any more, and not when something else changes or it comes again', async () => {
    const { key, mail } = await employ();
    await change(key, 'displayName', 'Another name');
    await readdress(key, mail);
    expect(await told()).toEqual([]);
    await provider.request('PATCH', `/Users/${key}`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'remove', path: 'emails' }],
    });
    expect(await told()).toEqual([[key, {}]]);
  });
});
