import { randomUUID } from 'node:crypto';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { EITHER_DATABASE } from '@commonhold/test/databases.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import { createOwnerTransactions } from '../database/tenant-transaction.ts';
import { adminOf, askAs, PATCH_OP, startProvider, type TestProvider } from '../testing/provider.ts';
import { type StartedDirectory, startDirectory } from '../testing/start-directory.ts';

const NORTHGATE = tenantId('northgate');
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const admin = adminOf('northgate');

describe.each(EITHER_DATABASE)('a group of a company’s provider, in a directory on %s', (_, provide) => {
  let started: StartedDirectory;
  let provider: TestProvider;
  let stranger: TestProvider;
  beforeAll(async () => {
    started = await startDirectory(provide);
    provider = await startProvider(started, 'northgate');
    stranger = await startProvider(started, 'riverside');
  });
  afterAll(() => started?.stop());

  const id = (type: 'ProvisionedGroup' | 'Property' | 'Residence' | 'Person', key: string) =>
    encodeId({ tenant: NORTHGATE, type, residence: undefined, key });
  const addGroup = async (members: readonly string[] = []) => {
    const { status, body } = await provider.request('POST', '/Groups', {
      schemas: [GROUP],
      displayName: `Team ${randomUUID()}`,
      members: members.map((value) => ({ value })),
    });
    expect(status).toBe(201);
    return z.string().parse(body['id']);
  };
  const change = (group: string, ...operations: readonly object[]) =>
    provider.request('PATCH', `/Groups/${group}`, { schemas: [PATCH_OP], Operations: operations });
  const membersOf = async (group: string) => {
    const { body } = await provider.request('GET', `/Groups/${group}`);
    const members = z
      .array(z.object({ value: z.string() }))
      .optional()
      .parse(body['members']);
    return (members ?? []).map(({ value }) => value).toSorted();
  };
  const order = async (name: 'setGroupRole' | 'removeGroupRole', input: object, who = admin) => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { group { id memberCount role { role days } } } }`;
    const { data, errors } = await started.gateway.ask(who, query, {
      input: { idempotencyKey: randomUUID(), ...input },
    });
    return { group: (data as Record<string, { group: unknown }> | null)?.[name]?.group, error: errors?.[0] };
  };
  const give = async (group: string, role: string, places: object = {}) => {
    const { error } = await order('setGroupRole', { group: id('ProvisionedGroup', group), role, days: 30, ...places });
    expect(error).toBeUndefined();
  };
  const rolesOf = async (subject: string) => {
    const { text } = await askAs(started, 'gateway', '/access', { tenant: 'northgate', sub: subject });
    const { grants } = JSON.parse(text) as { grants: { role: string; residences?: string[] }[] };
    return grants.map(({ role }) => role).toSorted();
  };
  /** As the owner of the tables. */
  const inCompany = <Row>(statement: RawBuilder<Row>) =>
    createOwnerTransactions(started.database)(NORTHGATE, async (t) => (await statement.execute(t)).rows);

  it('is kept with its members, whichever way the provider writes them', async () => {
    const [a, b, c] = await Promise.all([provider.addUser(), provider.addUser(), provider.addUser()]);
    const group = await addGroup([a]);
    await change(group, { op: 'Add', path: 'members', value: [{ value: b }, { value: a }] });
    expect(await membersOf(group)).toEqual([a, b].toSorted());
    await change(group, { op: 'Remove', path: 'members', value: [{ value: a }] });
    await change(group, { op: 'add', value: { members: [{ value: c, display: 'C' }] } });
    await change(group, { op: 'remove', path: `members[value eq "${b}"]` });
    expect(await membersOf(group)).toEqual([c]);
    await change(group, { op: 'replace', path: 'members', value: [{ value: a }, { value: b }] });
    expect(await membersOf(group)).toEqual([a, b].toSorted());
    await change(group, { op: 'remove', path: 'members' });
    expect(await membersOf(group)).toEqual([]);
    const renamed = await change(group, { op: 'replace', value: { id: group, displayName: 'Other' } });
    expect(renamed.body).toMatchObject({ displayName: 'Other', meta: { version: 'W/"8"' } });
    const found = await provider.request('GET', '/Groups?filter=displayName eq "other"&excludedAttributes=members');
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id: group }] });
    expect((await provider.request('DELETE', `/Groups/${group}`)).status).toBe(204);
    expect((await provider.request('GET', `/Groups/${group}`)).status).toBe(404);
  });

  it('takes nobody of another company in, nor anybody whom no provider put in, and is seen by no other', async () => {
    const own = await provider.addUser();
    const foreign = await stranger.addUser();
    const group = await addGroup([own]);
    const answers: object[] = [];
    for (const value of [foreign, randomUUID(), 'northgate-dispatcher']) {
      answers.push(await change(group, { op: 'add', path: 'members', value: [{ value }, { value: own }] }));
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(await membersOf(group)).toEqual([own]);
    expect((await stranger.request('GET', `/Groups/${group}`)).status).toBe(404);
    expect((await stranger.request('DELETE', `/Groups/${group}`)).status).toBe(404);
    const { group: set } = await order(
      'setGroupRole',
      { group: id('ProvisionedGroup', group), role: 'ANALYST', days: 1 },
      adminOf('riverside'),
    );
    expect(set).toBeNull();
    const forged = encodeId({
      tenant: tenantId('riverside'),
      type: 'ProvisionedGroup',
      residence: undefined,
      key: group,
    });
    const { group: taken } = await order(
      'setGroupRole',
      { group: forged, role: 'ANALYST', days: 1 },
      adminOf('riverside'),
    );
    expect(taken).toBeNull();
  });

  it('gives its role to whoever comes in, and takes it from whoever leaves, from the next question on', async () => {
    const [a, b] = [await provider.addUser(), await provider.addUser()];
    const group = await addGroup([a]);
    await give(group, 'DISPATCHER');
    expect([await rolesOf(a), await rolesOf(b)]).toEqual([['DISPATCHER'], []]);
    await change(group, { op: 'add', path: 'members', value: [{ value: b }] });
    expect(await rolesOf(b)).toEqual(['DISPATCHER']);
    await change(group, { op: 'remove', path: `members[value eq "${a}"]` });
    expect([await rolesOf(a), await rolesOf(b)]).toEqual([[], ['DISPATCHER']]);
    const grants = await inCompany(sql<Record<string, unknown>>`
      select subject, reason, granted_by, until - since as lasts, revoked_by from role_grant where for_group = ${group}`);
    expect(grants).toHaveLength(2);
    expect(grants).toContainEqual(
      expect.objectContaining({
        ...{ subject: a, reason: `member of group ${group}` },
        ...{ granted_by: 'northgate:provisioning', revoked_by: 'northgate:provisioning' },
      }),
    );
    await give(group, 'ANALYST');
    expect(await rolesOf(b)).toEqual(['ANALYST']);
    await order('removeGroupRole', { group: id('ProvisionedGroup', group) });
    expect(await rolesOf(b)).toEqual([]);
  });

  it('takes back what it gave when it is removed, and nothing else', async () => {
    const a = await provider.addUser();
    const [one, two] = [await addGroup([a]), await addGroup([a])];
    await give(one, 'DISPATCHER');
    await give(two, 'ANALYST');
    await provider.request('DELETE', `/Groups/${one}`);
    expect(await rolesOf(a)).toEqual(['ANALYST']);
    await provider.request('DELETE', `/Users/${a}`);
    expect(await rolesOf(a)).toEqual([]);
    expect(await membersOf(two)).toEqual([]);
  });

  it('leaves out the one member whom its role conflicts with, and company admins are told', async () => {
    const [a, b] = [await provider.addUser(), await provider.addUser()];
    const until = new Date(Date.now() + 20 * 24 * 60 * 60 * 1000).toISOString();
    const accounts = encodeId({ tenant: NORTHGATE, type: 'Property', residence: undefined, key: 'northgate-p02' });
    const granted = await started.gateway.ask(
      admin,
      'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { grant { id } } }',
      {
        input: {
          ...{ person: id('Person', b), role: 'ACCOUNTANT', properties: [accounts], reason: 'bills', until },
          idempotencyKey: randomUUID(),
        },
      },
    );
    expect(granted.errors).toBeUndefined();
    const group = await addGroup();
    await give(group, 'TECHNICIAN', { properties: [accounts] });
    const told = () =>
      inCompany(sql<{ about: { person: string } }>`
        select about from notice where kind = 'GROUP_ROLE_REFUSED' and about ->> 'person' = ${b}`);
    const { status } = await change(group, { op: 'add', path: 'members', value: [{ value: b }, { value: a }] });
    expect(status).toBe(200);
    expect(await rolesOf(a)).toEqual(['TECHNICIAN']);
    expect(await rolesOf(b)).toEqual(['ACCOUNTANT']);
    expect((await told()).length).toBeGreaterThan(0);
    expect(await membersOf(group)).toContain(b);
  });

  it.each([
    ['a role that takes two people', { role: 'COMPANY_ADMIN', days: 30 }, 'input.role'],
    ['another such role', { role: 'SECURITY_OFFICER', days: 30 }, 'input.role'],
    ['a role for what it is not granted for', { role: 'TECHNICIAN', days: 30 }, 'input.role'],
    ['longer than the role may be granted', { role: 'ANALYST', days: 181 }, 'input.days'],
    ['no time at all', { role: 'ANALYST', days: 0 }, 'input.days'],
  ])('may not give %s', async (_name, terms, field) => {
    const group = await addGroup();
    const { group: set, error } = await order('setGroupRole', { group: id('ProvisionedGroup', group), ...terms });
    expect(set).toBeUndefined();
    expect(error?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(error?.message).toContain(field);
  });

  it('gives nothing to whoever set what it gives', async () => {
    const a = await provider.addUser();
    const group = await addGroup([a]);
    await inCompany(sql`
      insert into role_grant (tenant, subject, role, reach, reason, since, until)
      values ('northgate', ${a}, 'COMPANY_ADMIN', 'company', 'test', now() - interval '1 day', now() + interval '1 day')`);
    const { error } = await order(
      'setGroupRole',
      { group: id('ProvisionedGroup', group), role: 'DISPATCHER', days: 30 },
      { ...admin, sub: a },
    );
    expect(error).toBeUndefined();
    expect(await rolesOf(a)).toEqual(['COMPANY_ADMIN']);
  });

  it('is listed for company admins, with what it gives', async () => {
    const a = await provider.addUser();
    const group = await addGroup([a]);
    await give(group, 'ANALYST');
    const { data, errors } = await started.gateway.ask(
      admin,
      '{ provisionedGroups(first: 100) { nodes { id displayName memberCount role { role days setBy } } } }',
    );
    expect(errors).toBeUndefined();
    const { provisionedGroups } = data as { provisionedGroups: { nodes: readonly object[] } };
    expect(provisionedGroups.nodes).toContainEqual(
      expect.objectContaining({
        ...{ id: id('ProvisionedGroup', group), memberCount: 1 },
        role: { role: 'ANALYST', days: 30, setBy: 'northgate-company-admin' },
      }),
    );
  });
});
