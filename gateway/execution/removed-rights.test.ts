/** Rights that are removed while an operation is under way. */
import { setTimeout as wait } from 'node:timers/promises';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DISPATCHER } from '../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';
import { freePort } from '../testing/listen.ts';

const residence = residenceKey('northgate-p01-r01');
const id = encodeId({ tenant: tenantId('northgate'), type: 'Residence', residence, key: residence });
const RESIDENCES = { data: { residences: { nodes: [{ __typename: 'Residence', id }] } } };
const KEPT = { ...DISPATCHER, unchangedFor: 60_000 };
/** One fetch from the directory, and after it one from a subgraph that doesn't answer: asking it shows. */
const QUERY = '{ residences(first: 1) { nodes { id devices(first: 1) { nodes { id } } } } }';
const ASKED = 'SUBGRAPH_UNAVAILABLE';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest({
    SMART_HOME_URL: `https://localhost:${await freePort()}`,
    ACCESS_STALE_SECONDS: '2',
  });
});
afterAll(() => gateway?.stop());
beforeEach(async () => {
  gateway.directory.access = KEPT;
  gateway.directory.answers.delete('/access');
  if (!gateway.directory.isSilent) return;
  gateway.directory.isSilent = false;
  await wait(1_000);
});

/** Asks, and lets `happen` happen when the first fetch is under way. */
async function askWhile(happen: () => void | Promise<void>, query = QUERY) {
  gateway.directory.answer = async () => {
    await happen();
    await wait(200);
    return RESIDENCES;
  };
  const token = await gateway.issuer.sign({ sid: 'session-1' });
  const { body } = await gateway.ask(query, { token });
  return { data: body.data, errors: body.errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]) };
}

/** Where what the second fetch should have brought is missing. */
const DEVICES = 'residences.nodes.0';

describe('THREATS 10: rights removed in the middle of a request', () => {
  it('what needs nothing that was removed goes on', async () => {
    const answer = await askWhile(() => {
      gateway.directory.access = { ...KEPT, grants: [{ role: 'DISPATCHER' }, { role: 'ANALYST' }] };
      gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
    });
    expect(answer).toEqual({
      data: { residences: { nodes: [{ id, devices: null }] } },
      errors: [[DEVICES, ASKED]],
    });
  });

  it.each([
    ['a role', { grants: [{ role: 'ACCOUNTANT' }] }, { kind: 'subject', subject: 'ada' }, 'FORBIDDEN'],
    ['all of them', { active: false }, { kind: 'subject', subject: 'ada' }, 'UNAUTHENTICATED'],
    ['the login', { active: false }, { kind: 'session', session: 'session-1' }, 'UNAUTHENTICATED'],
  ] as const)('stop what is not fetched yet, and leave what is: %s', async (_what, left, change, code) => {
    const answer = await askWhile(() => {
      gateway.directory.access = { ...KEPT, ...left };
      gateway.directory.tell('northgate', change);
    });
    expect(answer).toEqual({
      data: { residences: { nodes: [{ id, devices: null }] } },
      errors: [[DEVICES, code]],
    });
  });

  it('stop personal data when the security briefing falls due by a further role', async () => {
    const resident = { role: 'RESIDENT', residences: ['northgate-p01-r01'] };
    gateway.directory.access = { ...KEPT, grants: [resident] };
    const answer = await askWhile(
      () => {
        gateway.directory.access = { ...KEPT, grants: [resident, { role: 'DISPATCHER' }], briefingDue: true };
        gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
      },
      QUERY.replace('nodes { id } }', 'nodes { ... on MotionSensor { occupied } } }'),
    );
    expect(answer.errors).toEqual([[DEVICES, 'FORBIDDEN']]);
  });

  it('stop it when all logins from before some instant have ended', async () => {
    const ended = Math.floor(Date.now() / 1000) + 60;
    const endLogins = ({ body }: { readonly body: string }) => {
      const { loggedInAt } = JSON.parse(body) as { readonly loggedInAt?: number };
      return { ...KEPT, version: gateway.directory.knows, active: !(loggedInAt !== undefined && loggedInAt < ended) };
    };
    const answer = await askWhile(() => {
      gateway.directory.answers.set('/access', endLogins);
      gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
    });
    expect(answer.errors).toEqual([[DEVICES, 'UNAUTHENTICATED']]);
  });

  it('stop it also when nobody can say any more what was removed', async () => {
    const answer = await askWhile(async () => {
      gateway.directory.isSilent = true;
      await wait(2_500);
    });
    expect(answer.errors).toEqual([[DEVICES, 'SUBGRAPH_UNAVAILABLE']]);
    const stopped = /"subgraph":"smart-home","reason":"SUBGRAPH_UNAVAILABLE","msg":"fetch stopped"/;
    // What a process writes comes by another way than what it answers.
    const end = Date.now() + 5_000;
    while (!stopped.test(gateway.process.output()) && Date.now() < end) await wait(20);
    expect(gateway.process.output()).toMatch(stopped);
  });
});

describe('a subgraph that knows of a change before the gateway', () => {
  const told = () => gateway.directory.received.filter(({ url }) => url === '/graphql').length;

  it('is asked again with what somebody may do since then', async () => {
    gateway.directory.answer = () => ({ data: { people: { nodes: [] } } });
    const token = await gateway.issuer.sign();
    expect((await gateway.ask('{ people { nodes { id } } }', { token })).body.errors).toBeUndefined();
    gateway.directory.knows += 1_000;
    const before = told();
    expect((await gateway.ask('{ people { nodes { id } } }', { token })).body.errors).toBeUndefined();
    expect(told() - before).toBe(2);
  });

  it('is asked nothing more when they may not any more', async () => {
    gateway.directory.answer = () => ({ data: { people: { nodes: [] } } });
    const token = await gateway.issuer.sign();
    expect((await gateway.ask('{ people { nodes { id } } }', { token })).body.errors).toBeUndefined();
    gateway.directory.knows += 1_000;
    gateway.directory.access = { ...KEPT, grants: [{ role: 'ACCOUNTANT' }] };
    const before = told();
    const { errors } = (await gateway.ask('{ people { nodes { id } } }', { token })).body;
    expect(errors).toMatchObject([{ path: ['people'], extensions: { code: 'FORBIDDEN' } }]);
    expect(told() - before).toBe(1);
  });
});
