import { type TenantId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { createTestGateway } from '@commonhold/kit/testing/gateway.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import {
  createOwnerTransactions,
  createTenantTransactions,
  type TenantTransaction,
} from '../database/tenant-transaction.ts';
import { tellOfEndingGrants } from '../records/ending-grants.ts';
import { notify } from '../records/notices.ts';
import { removeOldNotices } from '../records/own-notices.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';
import type { NoticeKind } from './kinds.ts';

const COMPANIES = ['northgate', 'riverside'].map(tenantId);
const PEOPLE = ['resident', 'dispatcher', 'technician', 'accountant', 'analyst'] as const;

interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly readAt: string | null;
}

describe.each(EITHER_DATABASE)('notices in a directory on %s', (_, provide) => {
  let started: StartedDirectory;

  beforeAll(async () => {
    started = await startDirectory(provide);
  });

  afterAll(() => started?.stop());

  const asked = (subject: string): SubgraphClaims => ({
    ...claimsOf('ANALYST', subject.split('-')[0] ?? '', []),
    sub: subject,
  });

  const noticesOf = async (subject: string, args = ''): Promise<readonly Notice[]> => {
    const query = `{ notices${args} { nodes { id kind text readAt } } }`;
    const { data, errors } = await started.gateway.ask(asked(subject), query);
    expect(errors).toBeUndefined();
    return (data as { notices: { nodes: Notice[] } }).notices.nodes;
  };

  const change = <Result>(tenant: TenantId, work: (transaction: TenantTransaction) => Promise<Result>) =>
    createTenantTransactions(started.database)(tenant, work);

  const tell = (tenant: TenantId, kind: NoticeKind, to: Parameters<typeof notify>[2]['to'], about = {}) =>
    change(tenant, (transaction) => notify(transaction, tenant, { kind, to, about }));

  it('are read by the very person they are for, whoever is told of what, and marked by nobody else', async () => {
    const told = new Map<string, number>();
    const someone = fc.record({
      tenant: fc.constantFrom(...COMPANIES),
      person: fc.constantFrom(...PEOPLE),
      reader: fc.constantFrom(...PEOPLE),
      home: fc.constantFrom(...COMPANIES),
    });
    await fc.assert(
      fc.asyncProperty(someone, async ({ tenant, person, reader, home }) => {
        const [addressee, other] = [`${tenant}-${person}`, `${home}-${reader}`];
        told.set(addressee, (told.get(addressee) ?? 0) + 1);
        await tell(tenant, 'LOGIN_FROM_NEW_DEVICE', addressee, { device: `for ${addressee}` });
        const seen = await noticesOf(other, '(first: 100, unread: true)');
        expect(seen).toHaveLength(told.get(other) ?? 0);
        expect(seen.filter(({ text }) => !text.includes(`for ${other}`))).toEqual([]);
        const [newest] = await noticesOf(addressee, '(first: 1)');
        if (addressee === other) return;
        const { data } = await started.gateway.ask(
          asked(other),
          'mutation ($input: MarkNoticesReadInput!) { markNoticesRead(input: $input) { notices { id } } }',
          { input: { notices: [newest?.id] } },
        );
        expect(data).toEqual({ markNoticesRead: { notices: [] } });
        expect((await noticesOf(addressee, '(first: 1)'))[0]).toEqual(newest);
      }),
      { numRuns: 40 },
    );
  });

  it('are unread until they are marked, newest first, and paged', async () => {
    const subject = 'northgate-company-admin';
    for (const role of ['ANALYST', 'DISPATCHER', 'RESIDENT']) {
      await tell(tenantId('northgate'), 'GRANT_REVOKED', subject, { role });
    }
    const unread = await noticesOf(subject, '(unread: true)');
    expect(unread.map(({ text }) => text)).toEqual([
      'Your role RESIDENT was revoked.',
      'Your role DISPATCHER was revoked.',
      'Your role ANALYST was revoked.',
    ]);
    const query = '{ notices(unread: true, first: 2) { nodes { text } pageInfo { hasNextPage endCursor } } }';
    const { data } = await started.gateway.ask(asked(subject), query);
    const { pageInfo } = (data as { notices: { pageInfo: { hasNextPage: boolean; endCursor: string } } }).notices;
    expect(pageInfo.hasNextPage).toBe(true);
    const rest = await noticesOf(subject, `(unread: true, first: 2, after: "${pageInfo.endCursor}")`);
    expect(rest).toEqual(unread.slice(2));
    await started.gateway.ask(
      asked(subject),
      'mutation ($input: MarkNoticesReadInput!) { markNoticesRead(input: $input) { notices { readAt } } }',
      { input: { notices: unread.map(({ id }) => id) } },
    );
    expect(await noticesOf(subject, '(unread: true)')).toEqual([]);
  });

  it('are for all who hold a role now, people alone', async () => {
    const count = async (): Promise<number> => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::integer as count from notice where kind = 'REVIEW_DUE'`.execute(started.database);
      return rows[0]?.count ?? 0;
    };
    await tell(tenantId('riverside'), 'REVIEW_DUE', { role: 'ANALYST' });
    expect(await count()).toBe(2);
    expect((await noticesOf('riverside-analyst', '(first: 1)'))[0]?.kind).toBe('REVIEW_DUE');
  });

  it('come fourteen days and three days before a role ends, once each', async () => {
    const tenant = tenantId('riverside');
    const owner = createOwnerTransactions(started.database);
    const setEnd = (days: number) =>
      owner(tenant, (transaction) =>
        sql`
          update role_grant set until = now() + make_interval(days => ${days}, hours => -1)
          where key = 'riverside-dispatcher-1'`.execute(transaction),
      );
    const pretendEarlier = (days: number) =>
      owner(tenant, (transaction) =>
        sql`
          update notice set at = at - make_interval(days => ${days})
          where kind = 'GRANT_ENDING' and subject = 'riverside-dispatcher'`.execute(transaction),
      );
    const ending = async () => {
      await change(tenant, (transaction) => tellOfEndingGrants(transaction, tenant));
      const found = await noticesOf('riverside-dispatcher', '(first: 100)');
      return found.filter(({ kind }) => kind === 'GRANT_ENDING').length;
    };
    await setEnd(15);
    expect(await ending()).toBe(0);
    await setEnd(14);
    expect(await ending()).toBe(1);
    expect(await ending()).toBe(1);
    await setEnd(3);
    await pretendEarlier(11);
    expect(await ending()).toBe(2);
    expect(await ending()).toBe(2);
  });

  it('are removed after a year', async () => {
    const tenant = tenantId('northgate');
    const subject = 'northgate-integration-manager';
    const owner = createOwnerTransactions(started.database);
    await tell(tenant, 'PERSON_REINSTATED', subject);
    const count = async () => (await noticesOf(subject)).length;
    const before = await count();
    await owner(tenant, (transaction) =>
      sql`update notice set at = now() - interval '366 days' where kind = 'PERSON_REINSTATED'`.execute(transaction),
    );
    await owner(tenant, (transaction) => removeOldNotices(transaction, tenant));
    expect(await count()).toBe(before - 1);
  });

  describe('of the issuer', () => {
    const post = async (who: 'issuer' | 'gateway', body: object, sub = 'riverside-resident') => {
      const identity = await started.identityOf(who);
      const caller = createTestGateway(identity, 'directory', started.port);
      const token = await mintServiceToken(identity, 'directory', { tenant: 'riverside', sub });
      const { status } = await caller.send('/notices', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      await caller.close();
      return status;
    };

    it('reach the person, and those who have to act', async () => {
      expect(await post('issuer', { kind: 'FACTOR_ADDED', about: { factor: 'passkey' } })).toBe(204);
      expect((await noticesOf('riverside-resident', '(first: 1)'))[0]?.text).toContain('(passkey)');
      const asking = { kind: 'RECOVERY_ASKED', to: { role: 'SECURITY_OFFICER' } };
      expect(await post('issuer', asking)).toBe(204);
      expect((await noticesOf('riverside-security-officer', '(first: 1)'))[0]?.kind).toBe('RECOVERY_ASKED');
      expect(await post('issuer', { kind: 'FACTOR_ADDED' }, 'nobody')).toBe(204);
    });

    it.each([
      ['of a kind that is not its own', 'issuer', { kind: 'GRANT_GIVEN' }, 400],
      ['of a kind that is none', 'issuer', { kind: 'constructor' }, 400],
      ['with what is none of a notice', 'issuer', { kind: 'FACTOR_ADDED', about: { name: 'Ada' } }, 400],
      ['to roles that need not know', 'issuer', { kind: 'FACTOR_ADDED', to: { role: 'RESIDENT' } }, 400],
      ['from the gateway', 'gateway', { kind: 'FACTOR_ADDED' }, 401],
    ] as const)('are refused %s', async (_what, who, body, status) => {
      expect(await post(who, body)).toBe(status);
    });
  });

  it("tell those who manage integrations of a partner's version that ends, once for what the partner says", async () => {
    const end = { partner: 'communal', version: 'v1' };
    const post = async (who: 'communal' | 'issuer', body: object) => {
      const identity = await started.identityOf(who);
      const caller = createTestGateway(identity, 'directory', started.port);
      const token = await mintServiceToken(identity, 'directory', { tenant: 'riverside' });
      const { status } = await caller.send('/version-ends', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      await caller.close();
      return status;
    };
    const told = async (subject: string) => {
      const notices = await noticesOf(subject, '(first: 50)');
      return notices.filter(({ kind }) => kind === 'PARTNER_VERSION_ENDING').map(({ text }) => text);
    };
    for (const until of ['2027-12-31', '2027-12-31', '2027-06-30']) {
      expect(await post('communal', { ...end, until })).toBe(204);
    }
    const texts = await told('riverside-integration-manager');
    expect(texts).toHaveLength(2);
    expect(texts[0]).toContain(
      'communal says that version v1 of its API should not be used any more, and ends on 2027-06-30',
    );
    expect([...(await told('riverside-analyst')), ...(await told('northgate-integration-manager'))]).toEqual([]);
    expect(await post('communal', { ...end, person: 'Ada' })).toBe(400);
    expect(await post('issuer', end)).toBe(401);
  });

  it('tell of an incident what was announced, to whom it was announced', async () => {
    const officer = { ...claimsOf('SECURITY_OFFICER', 'northgate', []), sub: 'northgate-security-officer' };
    const announce = (claims: SubgraphClaims, input: object) =>
      started.gateway.ask(
        { ...claims, policies: ['public', 'fresh-mfa'] },
        'mutation ($input: AnnounceIncidentInput!) { announceIncident(input: $input) { incident { id text } } }',
        { input: { idempotencyKey: crypto.randomUUID(), ...input } },
      );
    const text = 'Do not open the mail of this morning.';
    const { data } = await announce(officer, { text, roles: ['ACCOUNTANT'] });
    expect(data).toMatchObject({ announceIncident: { incident: { text } } });
    expect((await noticesOf('northgate-accountant', '(first: 1)'))[0]).toMatchObject({ kind: 'INCIDENT', text });
    expect((await noticesOf('northgate-dispatcher')).map(({ kind }) => kind)).not.toContain('INCIDENT');
    expect((await noticesOf('riverside-accountant')).map(({ kind }) => kind)).not.toContain('INCIDENT');
    await announce(officer, { text: 'To all' });
    expect((await noticesOf('northgate-dispatcher', '(first: 1)'))[0]?.text).toBe('To all');
    const { errors } = await announce({ ...officer, sub: 'northgate-dispatcher' }, { text });
    expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  });
});
