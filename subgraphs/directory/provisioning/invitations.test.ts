import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { forgetOldOrders } from '../records/given-orders.ts';
import { removeOldInvitations } from '../records/invitations.ts';
import { openLetter } from '../records/letters.ts';
import { adminOf, askAs, PATCH_OP, startProvider, type TestProvider } from '../testing/provider.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const LINK = /^http:\/\/localhost:4100\/invitation\/(northgate\.[\w-]{43})$/m;

describe.each(EITHER_DATABASE)('an invitation by a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let provider: TestProvider;
  beforeAll(async () => {
    started = await startDirectory(provide);
    provider = await startProvider(started, 'northgate');
  });
  afterAll(() => started?.stop());

  /** As the owner of the tables, in the company. */
  const run = (statement: RawBuilder<unknown>) =>
    createOwnerTransactions(started.database)(NORTHGATE, (transaction) => statement.execute(transaction));
  /** The newest first. */
  const lettersTo = async (address: string) => {
    const { rows } = await sql<{ key: string; sealed: string }>`
      select key, sealed from letter where tenant = 'northgate' order by made_at desc`.execute(started.database);
    const letters = await Promise.all(rows.map((row) => openLetter(started.envelope, { tenant: NORTHGATE, ...row })));
    return letters.filter((letter) => letter.address === address);
  };
  const tokenTo = async (address: string) => LINK.exec((await lettersTo(address))[0]?.text ?? '')?.[1] ?? '';
  const ask = async (token: string, { redeem = false, tenant = 'northgate' } = {}) => {
    const body = { token, ...(redeem && { redeem }) };
    const { status, text } = await askAs(started, 'issuer', '/invitation', { tenant }, body);
    return status === 200 ? JSON.parse(text) : status;
  };
  const invite = async (attributes: object = {}) => {
    const userName = `${randomUUID()}@northgate.example`;
    const displayName = 'Ada Lovelace';
    const key = await provider.addUser({ userName, displayName, ...attributes });
    return { key, userName, token: await tokenTo(userName) };
  };
  const again = async (key: string) => {
    const person = encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key });
    return started.gateway.ask(
      adminOf('northgate'),
      'mutation ($input: InvitePersonInput!) { invitePerson(input: $input) { person { id } } }',
      { input: { person, idempotencyKey: randomUUID() } },
    );
  };

  it('goes to the work address of whoever is put in, and says nothing of anybody else', async () => {
    const userName = randomUUID();
    const address = `${userName}@work.example`;
    const emails = [
      { value: 'home@home.example', type: 'home' },
      { value: address, type: 'work' },
    ];
    await provider.addUser({ userName, emails });
    const [letter, ...more] = await lettersTo(address);
    expect(more).toEqual([]);
    expect(letter?.subject).toBe('Commonhold: your invitation');
    expect(letter?.text).toMatch(LINK);
    expect(letter?.text).toContain(userName);
    expect(letter?.text).not.toContain('home.example');
    expect(letter?.text).not.toContain(provider.token);
  });

  it('names whom it is for, and is used up once, also when it comes twice at the same moment', async () => {
    const { key, userName, token } = await invite();
    const invited = { subject: key, loginName: userName, name: 'Ada Lovelace' };
    expect(await ask(token)).toEqual(invited);
    expect(await ask(token)).toEqual(invited);
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(token, { redeem: true })));
    expect(answers.filter((answer) => answer !== 404)).toEqual([invited]);
    expect(await ask(token)).toBe(404);
  });

  it('is not known by any other text, nor at another company', async () => {
    const { token } = await invite();
    const [company = '', secret = ''] = token.split('.');
    for (const other of [secret, `riverside.${secret}`, `${company}.${secret}x`, `${token}.`, `${company}.`, 'x']) {
      expect({ other, answer: await ask(other) }).toEqual({ other, answer: 404 });
    }
    expect(await ask(token, { tenant: 'riverside' })).toBe(404);
    expect(await ask(`riverside.${secret}`, { tenant: 'riverside' })).toBe(404);
    expect((await askAs(started, 'gateway', '/invitation', { tenant: 'northgate' }, { token })).status).toBe(401);
    expect(await ask(token)).not.toBe(404);
  });

  it('is over after seven days', async () => {
    const { key, token } = await invite();
    const age = async (days: number) =>
      run(sql`
        update invitation
        set until = until - make_interval(days => ${days}), made_at = made_at - make_interval(days => ${days})
        where person = ${key}`);
    await age(6);
    expect(await ask(token)).not.toBe(404);
    await age(1);
    expect(await ask(token)).toBe(404);
  });

  it('is of no use while its person is inactive or suspended, and comes anew when they are back', async () => {
    const { key, userName, token } = await invite();
    await provider.setActive(key, false);
    expect(await ask(token)).toBe(404);
    await provider.setActive(key, true);
    expect(await ask(token)).toBe(404);
    const anew = await tokenTo(userName);
    expect(await ask(anew)).not.toBe(404);
    await run(sql`update account set suspended_at = now() where subject = ${key}`);
    expect(await ask(anew)).toBe(404);
  });

  it('is replaced by another that an admin sends, unless it was used', async () => {
    const { key, userName, token } = await invite();
    expect((await again(key)).data).toMatchObject({ invitePerson: { person: { id: expect.any(String) } } });
    expect(await ask(token)).toBe(404);
    const anew = await tokenTo(userName);
    expect(await ask(anew, { redeem: true })).not.toBe(404);
    const { errors } = await again(key);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  it("is of no use once the address that it went to is not the person's, and goes to the right one", async () => {
    const address = () => `${randomUUID()}@northgate.example`;
    const [wrong, right] = [address(), address()];
    const key = await provider.addUser({ emails: [{ value: wrong, type: 'work' }] });
    const readdress = (value: string) =>
      provider.request('PATCH', `/Users/${key}`, {
        schemas: [PATCH_OP],
        Operations: [{ op: 'replace', path: 'emails', value: [{ value, type: 'work' }] }],
      });
    const token = await tokenTo(wrong);
    expect(await ask(token)).not.toBe(404);
    expect((await readdress(right)).status).toBe(200);
    expect(await ask(token)).toBe(404);
    const anew = await tokenTo(right);
    expect(await ask(anew, { redeem: true })).toMatchObject({ subject: key });
    const last = address();
    expect((await readdress(last)).status).toBe(200);
    expect(await lettersTo(last)).toEqual([]);
  });

  it('is forgotten a month after its end unless it was used, as are orders that were given', async () => {
    const [unused, used] = [await invite(), await invite()];
    await again(used.key);
    expect(await ask(await tokenTo(used.userName), { redeem: true })).not.toBe(404);
    const count = async (table: string): Promise<number> => {
      const { rows } = await run(sql`select count(*)::integer as count from ${sql.table(table)}
        where tenant = 'northgate'${table === 'invitation' ? sql` and person in (${unused.key}, ${used.key})` : sql``}`);
      return (rows[0] as { count: number }).count;
    };
    const forget = () =>
      createOwnerTransactions(started.database)(NORTHGATE, async (transaction) => {
        await forgetOldOrders(transaction, NORTHGATE);
        await removeOldInvitations(transaction, NORTHGATE);
      });
    const age = async (days: number) => {
      const span = sql`make_interval(days => ${days}::integer)`;
      await run(sql`update invitation set made_at = made_at - ${span}, until = until - ${span}`);
      await run(sql`update given_order set given_at = given_at - ${span}`);
    };
    const orders = await count('given_order');
    expect(orders).toBeGreaterThan(0);
    await age(29);
    await forget();
    expect([await count('given_order'), await count('invitation')]).toEqual([orders, 2]);
    await age(9);
    await forget();
    expect([await count('given_order'), await count('invitation')]).toEqual([0, 1]);
  });

  it('goes to nobody whom no provider put in, and to nobody who is put in inactive', async () => {
    expect((await again('northgate-dispatcher')).data).toEqual({ invitePerson: { person: null } });
    const { token } = await invite({ active: false });
    expect(token).toBe('');
  });
});
