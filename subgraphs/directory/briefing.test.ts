import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { mintServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { currentBriefing } from './briefing/briefing.ts';
import { createOwnerTransactions, createTenantTransactions } from './database/tenant-transaction.ts';
import { tellOfDueBriefings } from './records/briefings.ts';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const { version: VERSION, text: TEXT } = currentBriefing();

function persona(role: Role): SubgraphClaims {
  const sub = `northgate-${role.toLowerCase().replace('_', '-')}`;
  return { ...claimsOf(role, 'northgate', ['northgate-p01-r01']), sub, policies: ['public', 'fresh-mfa'] };
}

const DISPATCHER = persona('DISPATCHER');
const RESIDENT = persona('RESIDENT');

interface Briefing {
  readonly version: string;
  readonly required: boolean;
  readonly confirmedAt: string | null;
  readonly dueAt: string | null;
}

it('the security briefing is plain text, since it is shown as it is, and flows into whatever width there is', () => {
  const paragraphs = TEXT.trim().split('\n\n');
  expect(TEXT).not.toMatch(/[*_`#<>[\]]/);
  expect(paragraphs.filter((paragraph) => /\n|^\s/.test(paragraph))).toEqual([]);
});

describe.each(EITHER_DATABASE)('the security briefing in a directory on %s', (_, provide) => {
  let started: StartedDirectory;

  beforeAll(async () => {
    started = await startDirectory(provide);
  });

  afterAll(() => started?.stop());

  const asOwner = (statement: string) =>
    createOwnerTransactions(started.database)(NORTHGATE, (t) => sql.raw(statement).execute(t));

  const confirmedAgo = (subject: string, span: string) =>
    asOwner(`update briefing_confirmation set confirmed_at = now() - interval '${span}' where subject = '${subject}'`);

  const isDue = async (sub: string): Promise<boolean> => {
    const token = await mintServiceToken(await started.identityOf('gateway'), 'directory', {
      tenant: 'northgate',
      sub,
    });
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await started.gateway.send('/access', { method: 'POST', headers });
    return JSON.parse(body).briefingDue ?? false;
  };

  const read = async (who: SubgraphClaims): Promise<Briefing | null> => {
    const query = '{ securityBriefing { version required confirmedAt dueAt } }';
    const { data } = await started.gateway.ask(who, query);
    return (data as { securityBriefing: Briefing | null }).securityBriefing;
  };

  const confirm = async (who: SubgraphClaims, input: object = {}) => {
    const { data, errors } = await started.gateway.ask(
      who,
      `mutation ($input: ConfirmSecurityBriefingInput!) { confirmSecurityBriefing(input: $input) {
        securityBriefing { version required confirmedAt dueAt } } }`,
      { input: { version: VERSION, ...input } },
    );
    const payload = data as { confirmSecurityBriefing: { securityBriefing: Briefing } | null } | null;
    return { briefing: payload?.confirmSecurityBriefing?.securityBriefing, code: errors?.[0]?.extensions['code'] };
  };

  const confirmations = async (subject: string): Promise<number> => {
    const { rows } = await asOwner(`select confirmed_at from briefing_confirmation where subject = '${subject}'`);
    return rows.length;
  };

  const reminders = async (subject: string): Promise<number> => {
    const { rows } = await asOwner(`select key from notice where kind = 'BRIEFING_DUE' and subject = '${subject}'`);
    return rows.length;
  };

  const tell = () =>
    createTenantTransactions(started.database)(NORTHGATE, (t) => tellOfDueBriefings(t, NORTHGATE, VERSION));

  it('holds for a year, and is due again from then on until it is confirmed', async () => {
    await confirmedAgo('northgate-dispatcher', '364 days 23 hours');
    expect(await isDue('northgate-dispatcher')).toBe(false);
    await confirmedAgo('northgate-dispatcher', '365 days');
    expect(await isDue('northgate-dispatcher')).toBe(true);
    expect(await read(DISPATCHER)).toMatchObject({ required: true, dueAt: expect.any(String) });
    const { data } = await started.gateway.ask(DISPATCHER, '{ me { policies } }');
    expect(data).toEqual({ me: { policies: [] } });

    const { briefing } = await confirm(DISPATCHER);
    expect(briefing).toMatchObject({ version: VERSION, required: false });
    const [confirmed, due] = [briefing?.confirmedAt ?? '', briefing?.dueAt ?? ''].map((text) => Date.parse(text));
    expect(Math.abs((confirmed ?? 0) - Date.now())).toBeLessThan(60_000);
    expect((due ?? 0) - (confirmed ?? 0)).toBe(365 * 24 * 60 * 60 * 1000);
    expect(await isDue('northgate-dispatcher')).toBe(false);
  });

  it('adds nothing when it is confirmed again on the same day, with a key or without', async () => {
    const before = await confirmations('northgate-dispatcher');
    const idempotencyKey = randomUUID();
    await Promise.all([
      confirm(DISPATCHER),
      confirm(DISPATCHER, { idempotencyKey }),
      confirm(DISPATCHER, { idempotencyKey }),
    ]);
    expect(await confirmations('northgate-dispatcher')).toBe(before);
    expect((await confirm(DISPATCHER, { idempotencyKey: 'again' })).code).toBe('BAD_USER_INPUT');
  });

  it('is asked of nobody who only lives there, and of them as soon as they hold another role', async () => {
    await asOwner("delete from briefing_confirmation where subject = 'northgate-resident'");
    expect(await isDue('northgate-resident')).toBe(false);
    expect(await read(RESIDENT)).toMatchObject({ required: false, confirmedAt: null, dueAt: null });

    const admin = persona('COMPANY_ADMIN');
    const person = encodeId({ tenant: NORTHGATE, type: 'Person', residence: undefined, key: 'northgate-resident' });
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const { errors } = await started.gateway.ask(
      admin,
      'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { grant { id } } }',
      { input: { person, role: 'DISPATCHER', reason: 'Begins here', until, idempotencyKey: randomUUID() } },
    );
    expect(errors).toBeUndefined();
    expect(await isDue('northgate-resident')).toBe(true);
    await confirm(RESIDENT);
    expect(await isDue('northgate-resident')).toBe(false);
    expect(await isDue('northgate-dispatcher')).toBe(false);
  });

  it('is asked of no service, and confirmed by none', async () => {
    const service = { ...persona('ANALYST'), sub: 'northgate-reporting' };
    expect(await isDue('northgate-reporting')).toBe(false);
    expect(await read(service)).toBeNull();
    expect((await confirm(service)).code).toBe('FORBIDDEN');
  });

  it('is confirmed for oneself alone, and in the version in force', async () => {
    await confirmedAgo('northgate-accountant', '2 years');
    expect((await confirm(persona('ACCOUNTANT'), { version: '2020-1' })).code).toBe('BAD_USER_INPUT');
    expect((await confirm(DISPATCHER, { subject: 'northgate-accountant' })).code).toBe('BAD_USER_INPUT');
    expect(await isDue('northgate-accountant')).toBe(true);
    expect((await confirm({ ...persona('ACCOUNTANT'), tenant: 'riverside' })).code).toBe('FORBIDDEN');
    expect(await isDue('northgate-accountant')).toBe(true);
  });

  it('is due at once in a new version', async () => {
    await asOwner("update briefing_confirmation set version = '2020-1' where subject = 'northgate-technician'");
    expect(await isDue('northgate-technician')).toBe(true);
    expect(await read(persona('TECHNICIAN'))).toMatchObject({ confirmedAt: null, dueAt: null, required: true });
  });

  it('is told of two weeks before it is due, and when it is, once each', async () => {
    const subject = 'northgate-company-admin';
    const at = async (span: string) => {
      await confirmedAgo(subject, span);
      await tell();
      await tell();
      return reminders(subject);
    };
    expect(await at('350 days')).toBe(0);
    expect(await at('351 days')).toBe(1);
    await asOwner(`update notice set at = at - interval '14 days' where kind = 'BRIEFING_DUE'`);
    expect(await at('365 days')).toBe(2);
    expect(await reminders('northgate-resident')).toBe(0);
    expect(await reminders('northgate-reporting')).toBe(0);
    expect(await reminders('northgate-technician')).toBe(1);
  });
});
