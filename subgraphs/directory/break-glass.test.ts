import { randomUUID } from 'node:crypto';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import { BREAK_GLASS, ROLES, type Role } from '@commonhold/schema/policy.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { createOwnerTransactions, createTenantTransactions } from './database/tenant-transaction.ts';
import { tellOfBrokenGlass } from './records/break-glass-reviews.ts';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const AWAY = residenceKey('northgate-p05-r01');

/** A persona after a fresh login. */
function persona(role: Role): SubgraphClaims {
  const sub = `northgate-${role.toLowerCase().replace('_', '-')}`;
  return { ...claimsOf(role, 'northgate', ['northgate-p01-r01']), sub, policies: ['public', 'fresh-mfa'] };
}

const TECHNICIAN = persona('TECHNICIAN');
const DISPATCHER = persona('DISPATCHER');
const OFFICER = persona('SECURITY_OFFICER');
const ADMIN = persona('COMPANY_ADMIN');

const person = (key: string): string => encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key });
const glass = (company: string, key: string): string =>
  encodeId({ tenant: tenantId(company), type: 'BreakGlass', residence: undefined, key });
const inDays = (days: number): string => new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();

it('a broken glass gives no right over the rights of anybody, and none that no role has', () => {
  const scopes: readonly string[] = BREAK_GLASS.scopes;
  const overRights = ['grant:', 'glass:', 'login:', 'consent:', 'webhook:', 'incident:', 'billing:', 'account:'];
  expect(scopes.filter((scope) => overRights.some((prefix) => scope.startsWith(prefix)))).toEqual([]);
  const held = new Set<string>(Object.values(ROLES).flatMap((role) => role.scopes));
  expect(scopes.filter((scope) => !held.has(scope))).toEqual([]);
});

describe.each(EITHER_DATABASE)('a broken glass in a directory on %s', (_, provide) => {
  let started: StartedDirectory;

  beforeAll(async () => {
    started = await startDirectory(provide);
  });

  afterAll(() => started?.stop());

  const order = async (who: SubgraphClaims, name: string, input: object, selection = '{ breakGlass { id state } }') => {
    const type = name.endsWith('Role') ? 'GrantRoleInput' : `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await started.gateway.ask(
      who,
      `mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`,
      { input: { idempotencyKey: randomUUID(), ...input } },
    );
    const payload = (data as Record<string, { breakGlass: { id: string; state: string } | null } | null> | null)?.[
      name
    ];
    return {
      broken: payload?.breakGlass ?? null,
      code: errors?.[0]?.extensions['code'],
      message: errors?.[0]?.message,
    };
  };

  const breakIt = (who: SubgraphClaims, input: object = {}) =>
    order(who, 'breakGlass', { residences: [residenceId(NORTHGATE, AWAY)], reason: 'Smoke behind the door', ...input });

  const review = (id: string | undefined, outcome = 'JUSTIFIED', who = OFFICER) =>
    order(who, 'reviewBreakGlass', { breakGlass: id, outcome, remark: 'Spoke with the fire brigade' });

  const end = (who: SubgraphClaims, id: string | undefined) => order(who, 'endBreakGlass', { breakGlass: id });

  const access = async (sub: string): Promise<{ grants: object[]; breakGlass?: string[] }> => {
    const token = await mintServiceToken(await started.identityOf('gateway'), 'directory', {
      tenant: 'northgate',
      sub,
    });
    const { body } = await started.gateway.send('/access', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    return JSON.parse(body);
  };

  const uses = async (who: SubgraphClaims, args = '') => {
    const query = `{ breakGlassUses${args} { nodes { id subject places reason state outcome remark reviewedBy } } }`;
    const { data, errors } = await started.gateway.ask(who, query);
    expect(errors).toBeUndefined();
    return (data as { breakGlassUses: { nodes: Record<string, unknown>[] } }).breakGlassUses.nodes;
  };

  const notices = async (subject: string, kind: string): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from notice
      where tenant = 'northgate' and subject = ${subject} and kind = ${kind}`.execute(started.database);
    return rows[0]?.count ?? 0;
  };

  /** As if all of this had happened so long ago. */
  const letPass = (span: string) =>
    createOwnerTransactions(started.database)(NORTHGATE, async (transaction) => {
      await sql`
        update break_glass set since = since - ${span}::interval, until = until - ${span}::interval,
          review_due = review_due - ${span}::interval
        where reviewed_at is null`.execute(transaction);
      await sql`
        update notice set at = at - ${span}::interval where kind = 'BREAK_GLASS_REVIEW_DUE'`.execute(transaction);
    });

  const asOwner = (statement: string) =>
    createOwnerTransactions(started.database)(NORTHGATE, (t) => sql.raw(statement).execute(t));

  const tell = () =>
    createTenantTransactions(started.database)(NORTHGATE, (transaction) => tellOfBrokenGlass(transaction, NORTHGATE));

  it('gives rights on the residences named at once, tells security officers, and gives them for an hour at most', async () => {
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
    const { broken } = await breakIt(TECHNICIAN);
    expect(broken).toEqual({ id: expect.any(String), state: 'IN_FORCE' });
    expect(await access('northgate-technician')).toMatchObject({ breakGlass: [AWAY] });
    expect(await access('northgate-dispatcher')).not.toHaveProperty('breakGlass');
    expect(await notices('northgate-security-officer', 'BREAK_GLASS_USED')).toBe(1);
    await letPass('59 minutes');
    expect(await access('northgate-technician')).toMatchObject({ breakGlass: [AWAY] });
    await letPass('1 minute');
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
    expect(await uses(TECHNICIAN, '(open: true)')).toMatchObject([{ id: broken?.id, state: 'REVIEW_DUE' }]);
  });

  it('is broken by nobody again before somebody else has reviewed it', async () => {
    const [open] = await uses(TECHNICIAN, '(open: true)');
    expect((await breakIt(TECHNICIAN)).code).toBe('FORBIDDEN');
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
    const id = String(open?.['id']);
    expect((await review(id, 'JUSTIFIED', DISPATCHER)).code).toBe('FORBIDDEN');
    expect((await review(id, 'JUSTIFIED', { ...OFFICER, sub: 'northgate-technician' })).code).toBe('FORBIDDEN');
    expect((await review(id, 'JUSTIFIED', { ...OFFICER, sub: 'northgate-company-admin' })).code).toBe('FORBIDDEN');
    expect((await review(id)).broken).toMatchObject({ state: 'REVIEWED' });
    expect(await notices('northgate-technician', 'BREAK_GLASS_REVIEWED')).toBe(1);
    expect(await uses(OFFICER)).toContainEqual({
      id,
      subject: 'northgate-technician',
      places: [expect.stringMatching(/ \d+$/)],
      reason: 'Smoke behind the door',
      state: 'REVIEWED',
      outcome: 'JUSTIFIED',
      remark: 'Spoke with the fire brigade',
      reviewedBy: 'northgate-security-officer',
    });
    expect((await breakIt(TECHNICIAN)).broken).toMatchObject({ state: 'IN_FORCE' });
  });

  it('is not reviewed by a security officer who broke it', async () => {
    const own = { ...OFFICER, sub: 'northgate-dispatcher' };
    await asOwner(`
      insert into role_grant (tenant, key, subject, role, reach, reason, since, until)
      values ('northgate', 'second-officer', 'northgate-dispatcher', 'SECURITY_OFFICER', 'company', 'Stands in', now(),
        now() + interval '1 day')`);
    const { broken } = await breakIt(DISPATCHER, { minutes: 1 });
    await end(DISPATCHER, broken?.id);
    const reviewed = await review(broken?.id, 'JUSTIFIED', own);
    expect(reviewed).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('Somebody else') });
    expect((await review(broken?.id)).broken).toMatchObject({ state: 'REVIEWED' });
    await asOwner(`
      update role_grant set revoked_at = now(), revoked_by = 'northgate-company-admin' where key = 'second-officer'`);
  });

  it('tells company admins when the provider of the company took its security officers out', async () => {
    const before = await notices('northgate-company-admin', 'BREAK_GLASS_USED');
    await asOwner(`update account set deprovisioned_at = now() where subject = '${OFFICER.sub}'`);
    const { broken } = await breakIt(DISPATCHER);
    await asOwner(`update account set deprovisioned_at = null where subject = '${OFFICER.sub}'`);
    expect(await notices('northgate-company-admin', 'BREAK_GLASS_USED')).toBe(before + 1);
    await end(DISPATCHER, broken?.id);
    expect((await review(broken?.id)).broken).toMatchObject({ state: 'REVIEWED' });
  });

  it('is ended early by who broke it or a security officer, reviewed only then, and by nobody else', async () => {
    const [open] = await uses(TECHNICIAN, '(open: true)');
    const id = String(open?.['id']);
    expect(await review(id)).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('in force') });
    expect(await end(DISPATCHER, id)).toEqual(await end(DISPATCHER, glass('northgate', 'none')));
    expect(await access('northgate-technician')).toMatchObject({ breakGlass: [AWAY] });
    expect((await end(OFFICER, id)).broken).toMatchObject({ state: 'REVIEW_DUE' });
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
    expect((await review(id)).broken).toMatchObject({ state: 'REVIEWED' });
  });

  it('goes with the role by which it was broken', async () => {
    const { broken } = await breakIt(TECHNICIAN);
    const revoke = (at: string, by: string) =>
      asOwner(`update role_grant set revoked_at = ${at}, revoked_by = ${by} where key = 'northgate-technician-1'`);
    await revoke('now()', "'northgate-company-admin'");
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
    await revoke('null', 'null');
    expect(await access('northgate-technician')).toMatchObject({ breakGlass: [AWAY] });
    await end(TECHNICIAN, broken?.id);
    await review(broken?.id);
  });

  it.each([
    ['for nothing', { reason: ' ' }, 'input.reason'],
    ['for more than an hour', { minutes: 61 }, 'input.minutes'],
    ['for no time', { minutes: 0 }, 'input.minutes'],
    ['on nothing', { residences: null }, 'input.residences'],
    ['on too much', { residences: Array(21).fill(residenceId(NORTHGATE, AWAY)) }, 'input.residences'],
  ])('is not broken %s', async (_what, input, field) => {
    expect(await breakIt(TECHNICIAN, input)).toMatchObject({
      broken: null,
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining(field),
    });
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
  });

  it('is not broken by whoever holds no role for it, however their token came about', async () => {
    expect((await breakIt(ADMIN)).code).toBe('FORBIDDEN');
    expect((await breakIt({ ...TECHNICIAN, sub: 'northgate-analyst' })).code).toBe('FORBIDDEN');
    expect((await breakIt({ ...TECHNICIAN, sub: 'northgate-reporting' })).code).toBe('FORBIDDEN');
    expect((await breakIt({ ...TECHNICIAN, policies: ['public'] })).code).toBe('FORBIDDEN');
  });

  it.each([
    [
      'a residence of another company',
      { residences: [residenceId(tenantId('riverside'), residenceKey('riverside-p05-r01'))] },
    ],
    ['a residence that is not there', { residences: [residenceId(NORTHGATE, residenceKey('northgate-p99-r01'))] }],
    [
      'a building that is not there beside a residence that is',
      { properties: [encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: 'nowhere' })] },
    ],
  ])('is answered for %s as for one that is absent', async (_what, input) => {
    expect(await breakIt(TECHNICIAN, input)).toEqual({ broken: null, code: undefined, message: undefined });
    expect(await access('northgate-technician')).not.toHaveProperty('breakGlass');
  });

  it('of another company is as good as none', async () => {
    const foreign = glass('riverside', 'riverside-dispatcher-glass-1');
    expect(await end(OFFICER, foreign)).toEqual(await end(OFFICER, glass('northgate', 'none')));
    expect(await review(foreign)).toEqual(await review(glass('northgate', 'none')));
    expect((await uses(OFFICER)).map(({ subject }) => subject)).not.toContain('riverside-dispatcher');
    expect((await uses(DISPATCHER)).every(({ subject }) => subject === 'northgate-dispatcher')).toBe(true);
  });

  it('conflicts with what the person holds, and what they hold then conflicts with it', async () => {
    const billing = {
      person: person('northgate-technician'),
      role: 'ACCOUNTANT',
      properties: [encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: 'northgate-p05' })],
      reason: 'Stands in for a colleague',
      until: inDays(2),
    };
    const { broken } = await breakIt(TECHNICIAN);
    const refused = await order(ADMIN, 'grantRole', billing, '{ grant { id } }');
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('TECHNICIAN') });
    await end(TECHNICIAN, broken?.id);
    await review(broken?.id);
    expect((await order(ADMIN, 'grantRole', billing, '{ grant { id } }')).code).toBeUndefined();
    const again = await breakIt(TECHNICIAN);
    expect(again).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining('ACCOUNTANT') });
  });

  it('is broken once, however often the order comes at once', async () => {
    const elsewhere = { residences: [residenceId(NORTHGATE, residenceKey('northgate-p06-r01'))] };
    const answers = await Promise.all([1, 2, 3].map(() => breakIt(TECHNICIAN, elsewhere)));
    expect(answers.filter(({ broken }) => broken !== null)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'FORBIDDEN')).toHaveLength(2);
  });

  it('reminds security officers daily until it is reviewed, and company admins once that is overdue', async () => {
    const counts = async () => [
      await notices('northgate-security-officer', 'BREAK_GLASS_REVIEW_DUE'),
      await notices('northgate-company-admin', 'BREAK_GLASS_REVIEW_DUE'),
    ];
    await tell();
    expect(await counts()).toEqual([0, 0]);
    await letPass('61 minutes');
    await Promise.all([tell(), tell()]);
    await tell();
    const [first = 0, admins = 0] = await counts();
    expect([first >= 1, admins]).toEqual([true, 0]);
    await letPass('25 hours');
    await tell();
    await tell();
    expect(await counts()).toEqual([first + 1, 0]);
    await letPass('47 hours');
    await tell();
    await tell();
    expect(await counts()).toEqual([first + 2, 1]);
    expect(await uses(OFFICER, '(open: true)')).toMatchObject([{ state: 'REVIEW_OVERDUE' }]);
  });

  it('suspends who had no need to break it', async () => {
    const [open] = await uses(OFFICER, '(open: true)');
    expect((await review(String(open?.['id']), 'UNJUSTIFIED')).broken).toMatchObject({ state: 'REVIEWED' });
    expect(await access('northgate-technician')).toMatchObject({ active: false, grants: [] });
    expect(await notices('northgate-technician', 'PERSON_SUSPENDED')).toBe(1);
    await tell();
    expect(await uses(OFFICER, '(open: true)')).toEqual([]);
  });

  it.each([
    "update break_glass set outcome = 'JUSTIFIED'",
    "update break_glass set remark = 'Nothing'",
    'update break_glass set ended_at = now() where ended_at is not null',
    'update break_glass set ended_at = null, ended_by = null where ended_at is not null',
  ])('is kept as it was written: %s', async (statement) => {
    const work = createTenantTransactions(started.database)(NORTHGATE, (t) => sql.raw(statement).execute(t));
    await expect(work).rejects.toThrow(/stays/);
  });
});
