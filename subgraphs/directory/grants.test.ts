import { randomUUID } from 'node:crypto';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type StartedDirectory, startDirectory } from './testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const HOME = residenceKey('northgate-p01-r01');
const DAY = 24 * 60 * 60 * 1000;

/** A persona after a fresh login. */
function persona(role: Role, company = 'northgate'): SubgraphClaims {
  const sub = `${company}-${role.toLowerCase().replace('_', '-')}`;
  return { ...claimsOf(role, company, [`${company}-p01-r01`]), sub, policies: ['public', 'fresh-mfa'] };
}

const ADMIN = persona('COMPANY_ADMIN');
const OFFICER = persona('SECURITY_OFFICER');

const person = (key: string, company = 'northgate'): string =>
  encodeId({ tenant: tenantId(company), type: 'Person', residence: undefined, key });
const building = (key: string): string => encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key });
const inDays = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

interface Grant {
  readonly id: string;
  readonly state: string;
}

describe.each(EITHER_DATABASE)('rights in a directory on %s', (_, provide) => {
  let started: StartedDirectory;

  beforeAll(async () => {
    started = await startDirectory(provide);
  });

  afterAll(() => started?.stop());

  /** One order; its payload or the first error. */
  const order = async (who: SubgraphClaims, name: string, input: object, selection = 'grant { id state }') => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const { data, errors } = await started.gateway.ask(
      who,
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`,
      { input: { idempotencyKey: randomUUID(), ...input } },
    );
    return { payload: (data as Record<string, Record<string, unknown> | null> | null)?.[name], error: errors?.[0] };
  };

  const grant = async (input: object, who = ADMIN) => {
    const { payload, error } = await order(who, 'grantRole', {
      role: 'ANALYST',
      person: person('northgate-dispatcher'),
      reason: 'Stands in for a colleague',
      until: inDays(10),
      ...input,
    });
    return { grant: payload?.['grant'] as Grant | null | undefined, error };
  };

  const rolesOf = async (who: SubgraphClaims): Promise<readonly string[]> => {
    const { data } = await started.gateway.ask(who, '{ me { roles } }');
    return (data as { me: { roles: string[] } }).me.roles;
  };

  it('are given with a reason and an end, are in force at once, and end when they are revoked', async () => {
    const given = await grant({});
    expect(given).toEqual({ grant: { id: expect.any(String), state: 'IN_FORCE' }, error: undefined });
    expect(await rolesOf(persona('DISPATCHER'))).toContain('ANALYST');

    const revoked = await order(OFFICER, 'revokeGrant', { grant: given.grant?.id });
    expect(revoked.error?.extensions['code']).toBe('FORBIDDEN');
    expect(await rolesOf(persona('DISPATCHER'))).toContain('ANALYST');

    const { payload } = await order(ADMIN, 'revokeGrant', { grant: given.grant?.id });
    expect(payload?.['grant']).toMatchObject({ state: 'REVOKED' });
    expect(await rolesOf(persona('DISPATCHER'))).not.toContain('ANALYST');
  });

  it('reach the residences that a building has', async () => {
    const { grant: given } = await grant({
      role: 'TECHNICIAN',
      person: person('northgate-analyst'),
      properties: [building('northgate-p02')],
    });
    const { data } = await started.gateway.ask(
      ADMIN,
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
        ... on RoleGrant { properties { name } residences { number } } } }`,
      { representations: [{ __typename: 'RoleGrant', id: given?.id }] },
    );
    const [found] = (data as { _entities: { properties: object[]; residences: object[] }[] })._entities;
    expect(found?.properties).toHaveLength(1);
    expect(found?.residences).toHaveLength(50);
  });

  it.each([
    ['to oneself', { person: person('northgate-company-admin') }, 'FORBIDDEN', 'themselves'],
    ['for nothing', { reason: '  ' }, 'BAD_USER_INPUT', 'input.reason'],
    ['long before they begin', { since: inDays(91), until: inDays(92) }, 'BAD_USER_INPUT', 'input.since'],
    ['that are over', { until: inDays(-1) }, 'BAD_USER_INPUT', 'input.until'],
    ['for longer than the role allows', { until: inDays(181) }, 'BAD_USER_INPUT', '180 days'],
    [
      'for residences, of a role for the company',
      { residences: [residenceId(NORTHGATE, HOME)] },
      'BAD_USER_INPUT',
      'input.role',
    ],
    ['for the company, of a role for residences', { role: 'TECHNICIAN' }, 'BAD_USER_INPUT', 'input.role'],
    [
      'for buildings and residences at once',
      { properties: [building('northgate-p01')], residences: [residenceId(NORTHGATE, HOME)] },
      'BAD_USER_INPUT',
      'input.residences',
    ],
    ['with a key that is none', { idempotencyKey: 'again' }, 'BAD_USER_INPUT', 'input.idempotencyKey'],
  ])('are not given %s', async (_what, input, code, text) => {
    const { grant: given, error } = await grant(input);
    expect(given ?? null).toBeNull();
    expect(error?.extensions['code']).toBe(code);
    expect(error?.message).toContain(text);
  });

  it('are not given by whoever may not grant that very role', async () => {
    const { error } = await grant({}, OFFICER);
    expect(error?.extensions['code']).toBe('FORBIDDEN');
  });

  it('are not given by an administrator whose own right was revoked, even with a token that is still good', async () => {
    const proposal = await grant({ role: 'COMPANY_ADMIN', person: person('northgate-technician') });
    await order(OFFICER, 'approveGrant', { grant: proposal.grant?.id });
    const second = { ...ADMIN, sub: 'northgate-technician' };
    expect((await grant({}, second)).error).toBeUndefined();
    await order(ADMIN, 'revokeGrant', { grant: proposal.grant?.id });
    expect((await grant({}, second)).error?.extensions['code']).toBe('FORBIDDEN');
  });

  it.each([
    ['a person of another company', { person: person('riverside-dispatcher', 'riverside') }],
    ['a person who does not exist', { person: person('nobody') }],
    ['a building of another company', { properties: [building('riverside-p01')] }],
  ])('answer for %s as for one that is absent', async (_what, input) => {
    expect(await grant(input)).toEqual({ grant: null, error: undefined });
  });

  it('name the conflict with what the person holds', async () => {
    const { error } = await grant({ role: 'COMPANY_ADMIN', person: person('northgate-security-officer') });
    expect(error?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(error?.message).toContain('SECURITY_OFFICER');
    const technician = await grant({
      role: 'TECHNICIAN',
      person: person('northgate-accountant'),
      properties: [building('northgate-p03')],
    });
    expect(technician.error?.message).toContain('ACCOUNTANT');
  });

  it('of the widest roles wait for another to approve them', async () => {
    const holder = persona('INTEGRATION_MANAGER');
    const { grant: proposed } = await grant({
      role: 'SECURITY_OFFICER',
      person: person('northgate-integration-manager'),
    });
    expect(proposed?.state).toBe('PROPOSED');
    expect(await rolesOf(holder)).not.toContain('SECURITY_OFFICER');

    const byProposer = await order(ADMIN, 'approveGrant', { grant: proposed?.id });
    expect(byProposer.error?.extensions['code']).toBe('FORBIDDEN');
    const byHolder = await order({ ...OFFICER, sub: 'northgate-integration-manager' }, 'approveGrant', {
      grant: proposed?.id,
    });
    expect(byHolder.error?.extensions['code']).toBe('FORBIDDEN');
    expect(await rolesOf(holder)).not.toContain('SECURITY_OFFICER');

    const { payload } = await order(OFFICER, 'approveGrant', { grant: proposed?.id });
    expect(payload?.['grant']).toMatchObject({ state: 'IN_FORCE' });
    expect(await rolesOf(holder)).toContain('SECURITY_OFFICER');
  });

  it('are given once, however often the order comes', async () => {
    const idempotencyKey = randomUUID();
    const until = inDays(5);
    const input = { idempotencyKey, until, person: person('northgate-resident') };
    const answers = await Promise.all([grant(input), grant(input), grant(input)]);
    expect(new Set(answers.map(({ grant: given }) => given?.id)).size).toBe(1);
    const other = await grant({ ...input, role: 'DISPATCHER' });
    expect(other.error?.message).toContain('input.idempotencyKey');
  });

  it('have no effect while the person is suspended', async () => {
    const accountant = persona('ACCOUNTANT');
    const id = person('northgate-accountant');
    const suspended = await order(OFFICER, 'suspendPerson', { person: id, reason: 'Lost the laptop' }, 'person { id }');
    expect(suspended).toEqual({ payload: { person: { id } }, error: undefined });
    expect(await rolesOf(accountant)).toEqual([]);
    await order(OFFICER, 'reinstatePerson', { person: id }, 'person { id }');
    expect(await rolesOf(accountant)).toEqual(['ACCOUNTANT']);
    const own = await order(
      OFFICER,
      'suspendPerson',
      { person: person('northgate-security-officer'), reason: 'Me' },
      'person { id }',
    );
    expect(own.error?.extensions['code']).toBe('FORBIDDEN');
  });
});
