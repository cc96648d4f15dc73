/** The other company's id in every argument and nested input. */
import { decodeId, encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ask, tokenFor } from '../system/client.ts';
import { sandboxCalls } from '../system/sandbox.ts';

const OTHER = 'riverside';
const OWN = 'northgate';

/** Every place of the graph that takes an id, and the type whose id belongs there. */
const PLACES: readonly (readonly [type: string, place: string, query: string])[] = [
  ['Residence', 'Query.residence', 'query ($id: ID!) { residence(id: $id) { id number } }'],
  ['Property', 'Query.property', 'query ($id: ID!) { property(id: $id) { id name } }'],
  ['Property', 'Query.residences', 'query ($id: ID!) { residences(property: $id) { nodes { id } } }'],
  ['Device', 'Query.device', 'query ($id: ID!) { device(id: $id) { id name } }'],
  ['Residence', 'Query.devices', 'query ($id: ID!) { devices(residences: [$id]) { nodes { id name } } }'],
  ['Command', 'Query.command', 'query ($id: ID!) { command(id: $id) { id status } }'],
  ['UtilityAccount', 'Query.account', 'query ($id: ID!) { account(id: $id) { id meters { id } } }'],
  ['Residence', 'Query.serviceRequests', 'query ($id: ID!) { serviceRequests(residences: [$id]) { nodes { id } } }'],
  [
    'Residence',
    'Mutation.giveConsent',
    mutation('giveConsent', 'residence: $id, partner: COMMUNAL, until: "2027-06-01T00:00:00Z"', 'consent { id }'),
  ],
  [
    'Residence',
    'Mutation.breakGlass',
    mutation('breakGlass', `residences: [$id], reason: "none", ${KEY()}`, 'breakGlass { id }'),
  ],
  ['BreakGlass', 'Mutation.endBreakGlass', mutation('endBreakGlass', `breakGlass: $id, ${KEY()}`, 'breakGlass { id }')],
  ['Consent', 'Mutation.withdrawConsent', mutation('withdrawConsent', 'consent: $id', 'consent { id }')],
  ['Device', 'Mutation.setThermostat', order('setThermostat', 'device: $id, targetTemperatureCelsius: "20"')],
  ['Device', 'Mutation.switchLight', order('switchLight', 'device: $id, on: true')],
  ['Device', 'Mutation.lockDoor', order('lockDoor', 'device: $id')],
  ['Device', 'Mutation.closeValve', order('closeValve', 'device: $id')],
  ['Scene', 'Mutation.runScene', order('runScene', 'scene: $id')],
  ['Device', 'Mutation.unlockDoor', order('unlockDoor', 'device: $id')],
  [
    'Meter',
    'Mutation.submitReadings',
    `mutation ($id: ID!) { submitReadings(input: { readings: [{ meter: $id, value: "1", readAt: "2026-01-01T00:00:00Z" }], ${KEY()} }) { results { reading { id } refusal } } }`,
  ],
  [
    'Residence',
    'Mutation.createServiceRequest',
    mutation(
      'createServiceRequest',
      `residence: $id, category: OTHER, description: "none", ${KEY()}`,
      'serviceRequest { id }',
    ),
  ],
  [
    'ServiceRequest',
    'Mutation.updateServiceRequest',
    mutation('updateServiceRequest', `serviceRequest: $id, status: DONE, ${KEY()}`, 'serviceRequest { id }'),
  ],
  // Whether it is told apart on a request that is there: `subgraphs/communal/assignments.test.ts`.
  [
    'Person',
    'UpdateServiceRequestInput.assignee',
    mutation('updateServiceRequest', `serviceRequest: "none", assignee: $id, ${KEY()}`, 'serviceRequest { id }'),
  ],
];

function KEY(): string {
  return `idempotencyKey: "${crypto.randomUUID()}"`;
}

function mutation(field: string, input: string, selection: string): string {
  return `mutation ($id: ID!) { ${field}(input: { ${input} }) { ${selection} } }`;
}

function order(field: string, input: string): string {
  return mutation(field, `${input}, ${KEY()}`, 'command { id status }');
}

const foreign = new Map<string, string>();

beforeAll(async () => {
  const { body } = await ask(
    `resident@${OTHER}.example`,
    `{ serviceRequests(first: 1) { nodes { id } } residences(first: 1) { nodes { id property { id } consents { id } devices(first: 10) { nodes { id } } scenes { id }
       account { id meters { id } } } } }`,
  );
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const inner of Object.values(value)) collect(inner);
    const id = 'id' in value ? decodeId(value.id) : undefined;
    if (id && 'id' in value) foreign.set(id.type, String(value.id));
  };
  collect(body.data);
  const residence = residenceKey(`${OTHER}-p01-r01`);
  const broken = { tenant: tenantId(OTHER), residence: undefined, key: `${OTHER}-dispatcher-glass-1` };
  const person = { tenant: tenantId(OTHER), residence: undefined, key: `${OTHER}-technician` };
  foreign.set('Person', encodeId({ ...person, type: 'Person' }));
  foreign.set('BreakGlass', encodeId({ ...broken, type: 'BreakGlass' }));
  foreign.set('Command', encodeId({ tenant: tenantId(OTHER), type: 'Command', residence, key: 'cmd-1' }));
});

/** An id of the own company that names nothing, of the same form. */
function absent(type: string): string {
  const isCompanyWide = decodeId(foreign.get(type))?.residence === undefined;
  const residence = isCompanyWide ? undefined : residenceKey('nowhere');
  return encodeId({ tenant: tenantId(OWN), type, residence, key: residence ?? 'nothing' });
}

const PERSONAS = [`resident@${OWN}.example`, `dispatcher@${OWN}.example`, `accountant@${OWN}.example`] as const;

describe.each(PERSONAS)('%s', (persona) => {
  it.each(PLACES)('is answered the same for a foreign %s in %s as for an absent one', async (type, _place, query) => {
    const id = foreign.get(type);
    expect(id).toBeDefined();
    const answer = await ask(persona, query, { id });
    const expected = await ask(persona, query, { id: absent(type) });
    expect(answer.status).toBe(expected.status);
    expect(answer.body).toEqual(expected.body);
    expect(answer.text).not.toMatch(new RegExp(OTHER, 'i'));
  });

  it.each(PLACES)('leads to no call of a partner by a foreign %s in %s', async (type, _place, query) => {
    const { requestId } = await ask(persona, query, { id: foreign.get(type) });
    const calls = [...(await sandboxCalls('smart-home', requestId)), ...(await sandboxCalls('communal', requestId))];
    expect(calls).toEqual([]);
  });
});

describe('a cursor of all residences', () => {
  it('goes on neither in a foreign building nor in one that is not there', async () => {
    const first = await ask(PERSONAS[1], '{ residences(first: 1) { edges { cursor } } }');
    const after = (first.body.data as unknown as Residences).residences.edges[0]?.cursor;
    const query = 'query ($id: ID!, $after: String) { residences(property: $id, after: $after) { nodes { id } } }';
    const foreignBuilding = await ask(PERSONAS[1], query, { id: foreign.get('Property'), after });
    const absentBuilding = await ask(PERSONAS[1], query, { id: absent('Property'), after });
    expect(foreignBuilding.body).toEqual(absentBuilding.body);
    expect(foreignBuilding.body.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });
});

interface Residences {
  readonly residences: { readonly edges: readonly { readonly cursor: string }[] };
}

describe('a resident who has just logged in', () => {
  it('opens no door of another company, and is told what they are told of one that is not there', async () => {
    await tokenFor(PERSONAS[0], { fresh: true });
    const query = order('unlockDoor', 'device: $id');
    for (const id of [foreign.get('Device'), absent('Device')]) {
      const { body } = await ask(PERSONAS[0], query, { id });
      expect(body).toEqual({ data: { unlockDoor: { command: null } } });
    }
  });
});

describe('an id that is none', () => {
  it.each(PLACES)('is answered as an absent %s in %s', async (type, _place, query) => {
    const answers = await Promise.all(
      ['', 'x', '__proto__', 'A'.repeat(10_000), Buffer.from('northgate/Residence').toString('base64url')].map((id) =>
        ask(PERSONAS[1], query, { id }),
      ),
    );
    const expected = await ask(PERSONAS[1], query, { id: absent(type) });
    for (const answer of answers) expect(answer.body).toEqual(expected.body);
  });
});
