import { randomUUID } from 'node:crypto';
import { tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { createOwnerTransactions } from './database/tenant-transaction.ts';
import { openLetter } from './records/letters.ts';
import { PATCH_OP, startProvider } from './testing/provider.ts';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const admin = (company: string): SubgraphClaims => ({
  ...claimsOf('COMPANY_ADMIN', company, []),
  sub: `${company}-company-admin`,
  policies: ['public', 'fresh-mfa'],
});
const requests = z.object({ recoveryRequests: z.array(z.object({ id: z.string(), askedAt: z.string() })) });

describe.each(EITHER_DATABASE)('recovery of a lost login in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  beforeAll(async () => {
    started = await startDirectory(provide);
  });
  afterAll(() => started?.stop());

  it('needs a second person with the code, and sends the link to the first alone, once', async () => {
    expect(await lost('northgate', 'northgate-dispatcher', 'ABCD-EFGH')).toBe(204);
    const [request = ''] = await waiting('northgate');
    const wrong = await decide(admin('northgate'), 'approve', request, 'AAAAAAAA');
    const approved = await decide(admin('northgate'), 'approve', request, 'abcd efgh');
    const link = await linkTo('northgate');
    const person = await redeem('northgate', link);

    expect(wrong).toEqual({ decided: null });
    expect(approved).toEqual({ decided: request });
    expect(JSON.stringify(approved)).not.toContain(link);
    expect(await waiting('northgate')).toEqual([]);
    expect(person).toMatchObject({ subject: 'northgate-dispatcher', loginName: 'dispatcher@northgate.example' });
    expect(await redeem('riverside', link)).toBe(404);
    const now = Math.floor(Date.now() / 1000);
    expect(await isActive('northgate-dispatcher', now - 1)).toBe(true);
    expect(await redeem('northgate', link, true)).toMatchObject({ subject: 'northgate-dispatcher' });
    expect(await isActive('northgate-dispatcher', now - 1)).toBe(false);
    expect(await isActive('northgate-dispatcher', now + 60)).toBe(true);
    expect(await isActive('northgate-analyst', now - 1)).toBe(true);
    expect(await redeem('northgate', link)).toBe(404);
    expect(await redeem('northgate', link, true)).toBe(404);
    expect(await noticesOf('northgate-dispatcher')).toContain('FACTOR_LOST');
    expect(await noticesOf('northgate-company-admin')).toContain('RECOVERY_ASKED');
    expect(await noticesOf('northgate-analyst')).not.toContain('RECOVERY_ASKED');
  });

  it('is decided by nobody for themselves, and by no other company', async () => {
    await lost('northgate', 'northgate-company-admin', 'BBBBBBBB');
    const [request = ''] = await waiting('northgate');
    const own = await ask(admin('northgate'), 'approve', request, 'BBBBBBBB');
    const foreign = await decide(admin('riverside'), 'approve', request, 'BBBBBBBB');
    const officer = { ...claimsOf('SECURITY_OFFICER', 'northgate', []), sub: 'northgate-security-officer' };
    const stale = await ask({ ...officer, policies: ['public'] }, 'refuse', request);
    const refused = await decide({ ...officer, policies: ['public', 'fresh-mfa'] }, 'refuse', request);

    expect(own.errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(foreign).toEqual({ decided: null });
    expect(await waiting('riverside')).toEqual([]);
    expect(stale.errors).toHaveLength(1);
    expect(refused).toEqual({ decided: request });
    expect(await waiting('northgate')).toEqual([]);
  });

  it('is over after five wrong codes, and asked for three times a day at most', async () => {
    for (const code of ['CCCCCCCC', 'DDDDDDDD', 'EEEEEEEE', 'FFFFFFFF', 'CCCCCCCC']) {
      await lost('riverside', 'riverside-analyst', code);
    }
    const open = await waiting('riverside');
    const [request = ''] = open;
    for (let guess = 0; guess < 5; guess += 1) await decide(admin('riverside'), 'approve', request, 'AAAAAAAA');

    expect(open).toHaveLength(3);
    expect(await decide(admin('riverside'), 'approve', request, 'CCCCCCCC')).toEqual({ decided: null });
    expect(await waiting('riverside')).toHaveLength(2);
    expect(await lost('riverside', 'riverside-nobody', 'GGGGGGGG')).toBe(204);
  });

  it('is told by the issuer alone', async () => {
    expect(await lost('northgate', 'northgate-analyst', 'HHHHHHHH', 'gateway')).toBe(401);
  });

  it('sends no link to an address just altered of somebody whose role takes two people to grant', async () => {
    const provider = await startProvider(started, 'riverside');
    const [key, colleague] = [await provider.addUser(), await provider.addUser()];
    const asOwner = (statement: RawBuilder<unknown>) =>
      createOwnerTransactions(started.database)(tenantId('riverside'), (transaction) => statement.execute(transaction));
    await asOwner(sql`
      insert into role_grant (tenant, key, subject, role, reach, reason, since, until)
      values ('riverside', 'an-officer', ${key}, 'SECURITY_OFFICER', 'company', 'A test', now(), now() + interval '9 days')`);
    await asOwner(sql`delete from recovery_request`);
    for (const id of [key, colleague]) {
      const emails = [{ value: `${randomUUID()}@elsewhere.example`, type: 'work' }];
      const Operations = [{ op: 'replace', path: 'emails', value: emails }];
      const { status } = await provider.request('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations });
      expect(status).toBe(200);
    }
    const approve = async (subject: string) => {
      await lost('riverside', subject, 'JJJJJJJJ');
      const [request = ''] = await waiting('riverside');
      return { request, ...(await ask(admin('riverside'), 'approve', request, 'JJJJJJJJ')) };
    };
    const { request, errors } = await approve(key);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    await asOwner(sql`update provisioned_user set modified_at = modified_at - interval '7 days'`);
    expect(await decide(admin('riverside'), 'approve', request, 'JJJJJJJJ')).toEqual({ decided: request });
    expect((await approve(colleague)).errors).toBeUndefined();
  });

  async function post(
    path: string,
    claims: { tenant: string; sub?: string },
    body: object,
    as: 'issuer' | 'gateway' = 'issuer',
  ) {
    const identity = await started.identityOf(as);
    const caller = createTestGateway(identity, 'directory', started.port);
    try {
      const token = await mintServiceToken(identity, 'directory', claims);
      return await caller.send(path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    } finally {
      await caller.close();
    }
  }

  async function lost(tenant: string, sub: string, code: string, as?: 'issuer' | 'gateway'): Promise<number> {
    return (await post('/recovery', { tenant, sub }, { code }, as)).status;
  }

  async function isActive(sub: string, loggedInAt: number): Promise<unknown> {
    const { body } = await post('/active', { tenant: 'northgate', sub }, { loggedInAt });
    return JSON.parse(body).active;
  }

  async function redeem(tenant: string, token: string, isRedeemed = false): Promise<unknown> {
    const { status, body } = await post('/recovery-link', { tenant }, { token, ...(isRedeemed && { redeem: true }) });
    return status === 200 ? JSON.parse(body) : status;
  }

  async function waiting(company: string): Promise<readonly string[]> {
    const { data } = await started.gateway.ask(admin(company), '{ recoveryRequests { id askedAt } }');
    return requests.parse(data).recoveryRequests.map(({ id }) => id);
  }

  function ask(who: SubgraphClaims, verb: 'approve' | 'refuse', request: string, code?: string) {
    const type = verb === 'approve' ? 'ApproveRecoveryInput' : 'RefuseRecoveryInput';
    return started.gateway.ask(
      who,
      `mutation ($input: ${type}!) { decision: ${verb}Recovery(input: $input) { decided } }`,
      { input: { request, ...(code !== undefined && { code }), idempotencyKey: randomUUID() } },
    );
  }

  async function decide(who: SubgraphClaims, verb: 'approve' | 'refuse', request: string, code?: string) {
    const { data } = await ask(who, verb, request, code);
    return z.object({ decision: z.object({ decided: z.string().nullable() }) }).parse(data).decision;
  }

  /** The token in the link of the newest letter. */
  async function linkTo(tenant: string): Promise<string> {
    const row = await started.database
      .selectFrom('letter')
      .selectAll()
      .where('sealed', 'is not', null)
      .executeTakeFirstOrThrow();
    const { address, text } = await openLetter(started.envelope, {
      tenant: row.tenant,
      key: row.key,
      sealed: row.sealed ?? '',
    });
    expect(address).toBe(`dispatcher@${tenant}.example`);
    return /\/recovery\/(\S+)/.exec(text)?.[1] ?? '';
  }

  async function noticesOf(subject: string): Promise<readonly string[]> {
    const rows = await started.database.selectFrom('notice').select('kind').where('subject', '=', subject).execute();
    return rows.map(({ kind }) => kind);
  }
});
