/** Rights, and the record of access, of an operation that is answered in parts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DISPATCHER } from '../../testing/directory.ts';
import { type GatewayUnderTest, startGatewayUnderTest } from '../../testing/gateway.ts';
import { freePort } from '../../testing/listen.ts';
import { ACCEPT_PARTS, readParts } from '../../testing/parts.ts';

const residence = residenceKey('northgate-p01-r01');
const id = encodeId({ tenant: tenantId('northgate'), type: 'Residence', residence, key: residence });
const RESIDENCES = { data: { residences: { nodes: [{ __typename: 'Residence', id }] } } };
const KEPT = { ...DISPATCHER, unchangedFor: 60_000 };
const PLACE = ['residences', 'nodes', 0];

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await startGatewayUnderTest({ SMART_HOME_URL: `https://localhost:${await freePort()}` });
});
afterAll(() => gateway?.stop());
beforeEach(() => {
  gateway.directory.access = KEPT;
  gateway.directory.answer = () => RESIDENCES;
});

async function partsOf(query: string) {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: ACCEPT_PARTS,
      authorization: `Bearer ${await gateway.issuer.sign({ sid: 'session-1' })}`,
    },
    body: JSON.stringify({ query }),
  });
  const [first, ...later] = await Array.fromAsync(readParts(response));
  const told = (errors: NonNullable<typeof first>['errors'] = []) =>
    errors.map(({ path = [], extensions }) => [path.join('.'), extensions['code']]);
  return {
    data: first?.data,
    errors: told(first?.errors),
    later: later.flatMap(({ incremental }) =>
      incremental.map(({ path, data, errors }) => ({ path, data, errors: told(errors) })),
    ),
  };
}

describe('a part', () => {
  const DEVICES = '{ residences(first: 1) { nodes { id ... @defer { devices(first: 1) { nodes { id } } } } } }';

  it.each([
    ['a role', { grants: [{ role: 'ACCOUNTANT' }] }, 'FORBIDDEN'],
    ['all of them', { active: false }, 'UNAUTHENTICATED'],
    ['none that it needs', { grants: [{ role: 'DISPATCHER' }, { role: 'ANALYST' }] }, 'SUBGRAPH_UNAVAILABLE'],
  ])('is not fetched any more when rights are removed meanwhile: %s', async (_, left, code) => {
    gateway.directory.answer = async () => {
      gateway.directory.access = { ...KEPT, ...left };
      gateway.directory.tell('northgate', { kind: 'subject', subject: 'ada' });
      await wait(200);
      return RESIDENCES;
    };
    expect(await partsOf(DEVICES)).toEqual({
      data: { residences: { nodes: [{ id }] } },
      errors: [],
      later: [{ path: PLACE, data: { devices: null }, errors: [['residences.nodes.0', code]] }],
    });
  });

  it('has only what its principal may see, which is all that is asked for', async () => {
    gateway.directory.access = { ...KEPT, grants: [{ role: 'ANALYST' }] };
    const before = gateway.directory.received.length;
    const denied = 'UNAUTHORIZED_FIELD_OR_TYPE';
    expect(
      await partsOf(
        '{ residences(first: 1) { nodes { id ... @defer { occupants { name } ... @defer { occupants { email } } } } } }',
      ),
    ).toEqual({
      data: { residences: { nodes: [{ id }] } },
      errors: [],
      later: [
        { path: PLACE, data: { occupants: null }, errors: [['residences.nodes.@.occupants', denied]] },
        { path: PLACE, data: { occupants: null }, errors: [] },
      ],
    });
    const asked = gateway.directory.received.slice(before).filter(({ url }) => url === '/graphql');
    expect(asked.map(({ body }) => body).join()).not.toContain('occupants');
  });

  it('is in the record of access with all of its operation, once', async () => {
    gateway.directory.answer = (operation) =>
      operation.includes('_entities')
        ? {
            data: { _entities: [{ occupants: null }] },
            errors: [{ message: 'no', path: ['_entities', 0, 'occupants'], extensions: { code: 'RATE_LIMITED' } }],
          }
        : RESIDENCES;
    const entries = async () => (await record()).length;
    const before = await entries();
    expect(await partsOf('{ residences(first: 1) { nodes { id ... @defer { occupants { name } } } } }')).toEqual({
      data: { residences: { nodes: [{ id }] } },
      errors: [],
      later: [{ path: PLACE, data: { occupants: null }, errors: [['residences.nodes.0.occupants', 'RATE_LIMITED']] }],
    });
    const end = Date.now() + 5_000;
    while ((await entries()) === before && Date.now() < end) await wait(20);
    expect((await record()).slice(before)).toEqual([
      expect.objectContaining({ personalFields: ['Person.name', 'Residence.occupants'], codes: ['RATE_LIMITED'] }),
    ]);
  });

  async function record(): Promise<readonly unknown[]> {
    const text = await readFile(join(gateway.dataDirectory, 'audit', 'record.jsonl'), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  }
});
