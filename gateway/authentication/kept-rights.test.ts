/** What is worked out once for a token ends with what it follows from. */
import { setTimeout as wait } from 'node:timers/promises';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DISPATCHER } from '../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../testing/gateway.ts';
import { freePort } from '../testing/listen.ts';
import { divideGrants } from './principal.ts';

const residence = residenceKey('northgate-p01-r01');
const id = encodeId({ tenant: tenantId('northgate'), type: 'Residence', residence, key: residence });
const KEPT = { ...DISPATCHER, unchangedFor: 60_000 };
const DEVICES = '{ residences(first: 1) { nodes { id devices(first: 1) { nodes { id } } } } }';
const UNLOCK = `mutation { unlockDoor(input: { device: "x", idempotencyKey: "k" }) { __typename } }`;
/** So much of a login's freshness is left. */
const LEFT_SECONDS = 8;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest({ SMART_HOME_URL: `https://localhost:${await freePort()}` });
  gateway.directory.answer = () => ({ data: { residences: { nodes: [{ __typename: 'Residence', id }] } } });
});
afterAll(() => gateway?.stop());

const codesOf = async (query: string, token: string): Promise<readonly unknown[] | undefined> =>
  (await gateway.ask(query, { token })).body.errors?.map(({ extensions }) => extensions['code']);

describe('with the same token', () => {
  it('a role opens and closes what it is for, at once', async () => {
    const token = await gateway.issuer.sign();
    // Whoever may ask for devices hears that nobody answers.
    for (const [role, code] of [
      ['DISPATCHER', 'SUBGRAPH_UNAVAILABLE'],
      ['ACCOUNTANT', 'UNAUTHORIZED_FIELD_OR_TYPE'],
      ['DISPATCHER', 'SUBGRAPH_UNAVAILABLE'],
    ]) {
      gateway.directory.access = { ...KEPT, grants: [{ role }] };
      gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
      await wait(500);
      expect(await codesOf(DEVICES, token)).toEqual([code]);
    }
  });

  it('a login is fresh as long as it is, and no longer', async () => {
    gateway.directory.access = { ...KEPT, grants: [{ role: 'RESIDENT', residences: [residence] }] };
    gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
    await wait(500);
    const loggedIn = Math.floor(Date.now() / 1000) - FRESH_MFA_SECONDS + LEFT_SECONDS;
    const token = await gateway.issuer.sign({ auth_time: loggedIn });
    const told = async (): Promise<unknown> => {
      await gateway.ask('{ residences(first: 1) { nodes { id } } }', { token });
      return gateway.directory.received.findLast(({ url }) => url === '/graphql')?.claims['policies'];
    };
    expect(await codesOf(UNLOCK, token)).not.toEqual(['INSUFFICIENT_AUTHENTICATION']);
    expect(await told()).toContain('fresh-mfa');
    await wait((LEFT_SECONDS + 2) * 1_000);
    expect(await codesOf(UNLOCK, token)).toEqual(['INSUFFICIENT_AUTHENTICATION']);
    expect(await told()).not.toContain('fresh-mfa');
  });
});

it('the same grants count for less without a bound token', () => {
  const grants = [{ role: 'COMPANY_ADMIN', residences: undefined }] as const;
  expect(divideGrants(grants, { kind: 'person', isBound: true }).grants).toEqual(grants);
  expect(divideGrants(grants, { kind: 'person', isBound: false }).grants).toEqual([]);
});
