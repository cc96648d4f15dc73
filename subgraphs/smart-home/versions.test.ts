/** Version 1 and 2 of the partner's API, side by side: the same graph comes out of both, also while one becomes the other. */
import { readFile } from 'node:fs/promises';
import { encodeId, residenceId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { SubgraphClaims } from '@commonhold/kit/tenancy/principal.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import type { GraphqlAnswer } from '@commonhold/kit/testing/gateway.ts';
import { createServing, fieldsOf } from '@commonhold/kit/testing/versions.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type SmartHomeForTests, startSmartHome } from './testing/start-smart-home.ts';

const TENANT = tenantId('riverside');
/** One of a building whose residences have devices of each kind. */
const HOME = residenceKey('riverside-p10-r01');
const NOW = new Date('2026-11-20T08:00:00Z');
const RESIDENT = { ...claimsOf('RESIDENT', 'riverside', [HOME]), policies: ['public', 'fresh-mfa'] };
const DISPATCHER = claimsOf('DISPATCHER', 'riverside');

const serving = createServing();
let smartHome: SmartHomeForTests;
beforeAll(async () => {
  smartHome = await startSmartHome({ companies: serving.companies, now: () => NOW });
  for (const device of smartHome.estate.devicesOf('riverside', HOME)) Object.assign(device, { online: true });
});
afterAll(() => smartHome?.stop());

const idOf = (type: string, key: string): string => encodeId({ tenant: TENANT, type, residence: HOME, key });
const deviceOf = (kind: string): string =>
  idOf('Device', smartHome.estate.devicesOf('riverside', HOME).find((device) => device.kind === kind)?.id ?? '');

const EVENTS =
  'events(first: 3) { edges { cursor node { id } } nodes { id kind occurredAt } pageInfo { hasNextPage } }';
const DEVICE = `__typename id name residence { id } reachable batteryPercent source { partner stale }
  ... on DoorLock { locked doors: ${EVENTS} } ... on Light { on brightnessPercent }
  ... on Thermostat { temperatureCelsius targetTemperatureCelsius } ... on LeakSensor { leaking }
  ... on MotionSensor { occupied lastMotionAt motions: ${EVENTS} } ... on WaterValve { open }
  ... on SmartMeter { powerWatts }`;
const COMMAND = 'command { id status reason acceptedAt device { id } } clientMutationId';

type Operation = readonly [
  name: string,
  claims: SubgraphClaims,
  query: string,
  variables: () => Record<string, unknown>,
];

const order = (name: string, input: string, value: () => Record<string, unknown>): Operation => [
  name,
  RESIDENT,
  `mutation ($input: ${input}!) { ${name}(input: $input) { ${COMMAND} } }`,
  () => ({ input: { ...value(), idempotencyKey: crypto.randomUUID(), clientMutationId: 'c' } }),
];

const OPERATIONS: readonly Operation[] = [
  [
    'all devices and scenes of a residence',
    RESIDENT,
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Residence {
      devices(first: 50) { edges { cursor node { id } } nodes { ${DEVICE} } pageInfo { hasNextPage endCursor } }
      scenes { id name residence { id } } } } }`,
    () => ({ of: [{ __typename: 'Residence', id: residenceId(TENANT, HOME) }] }),
  ],
  [
    'a page of devices',
    DISPATCHER,
    `{ devices(first: 40) { nodes { __typename id name reachable batteryPercent } pageInfo { hasNextPage } } }`,
    () => ({}),
  ],
  ['a device', RESIDENT, `query ($id: ID!) { device(id: $id) { ${DEVICE} } }`, () => ({ id: deviceOf('thermostat') })],
  order('setThermostat', 'SetThermostatInput', () => ({
    device: deviceOf('thermostat'),
    targetTemperatureCelsius: '21.5',
  })),
  order('switchLight', 'SwitchLightInput', () => ({ device: deviceOf('light'), on: true, brightnessPercent: 37 })),
  order('lockDoor', 'DeviceCommandInput', () => ({ device: deviceOf('door-lock') })),
  order('unlockDoor', 'DeviceCommandInput', () => ({ device: deviceOf('door-lock') })),
  order('closeValve', 'DeviceCommandInput', () => ({ device: deviceOf('water-valve') })),
  order('runScene', 'RunSceneInput', () => ({
    scene: idOf('Scene', smartHome.estate.scenesOf('riverside', HOME)[0]?.id ?? ''),
  })),
];

const paths = async (): Promise<readonly string[]> => (await smartHome.calls()).map(({ path }) => path);

describe('an operation', () => {
  it.each(OPERATIONS)('has the same answer in both versions, an order by the same key: %s', async (...operation) => {
    const [, claims, query, variablesOf] = operation;
    const variables = variablesOf();
    const answers: GraphqlAnswer[] = [];
    for (const version of ['v1', 'v2', 'v1']) {
      serving.by('riverside', version);
      await smartHome.calls();
      answers.push(await smartHome.ask(claims, query, variables));
      const asked = await paths();
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.filter((path) => !path.startsWith(`/${version}/`))).toEqual([]);
    }
    const [one, two, again] = answers;
    expect(one?.errors).toBeUndefined();
    expect(two).toEqual(one);
    expect(again).toEqual(one);
  });

  it('is among these for each field of the graph', async () => {
    const sdl = await readFile(new URL('schema.graphql', import.meta.url), 'utf8');
    const words = new Set(OPERATIONS.flatMap(([, , query]) => query.match(/\w+/g) ?? []));
    const left = fieldsOf(sdl).filter((field) => !words.has(field.split('.')[1] ?? ''));
    expect(left).toEqual(['Source.apiVersion', 'Source.fetchedAt']);
  });

  it('tells in one version what became of a command that was given in the other', async () => {
    serving.by('riverside', 'v2');
    const given = await smartHome.ask(
      RESIDENT,
      'mutation ($input: DeviceCommandInput!) { lockDoor(input: $input) { command { id status } } }',
      { input: { device: deviceOf('door-lock'), idempotencyKey: crypto.randomUUID() } },
    );
    const { command } = (given.data as { readonly lockDoor: { readonly command: { readonly id: string } } }).lockDoor;
    serving.by('riverside', 'v1');
    const query = 'query ($id: ID!) { command(id: $id) { id status } }';
    expect(await smartHome.ask(RESIDENT, query, { id: command.id })).toEqual({ data: { command } });
  });
});

describe('a canary', () => {
  it('takes over and gives back while requests go on: none fails, and all answers are the same', async () => {
    // As many at once of what takes the partner little: no answer is late, however busy the machine is.
    const query = 'query ($id: ID!) { device(id: $id) { id name reachable batteryPercent } }';
    const variables = { id: deviceOf('thermostat') };
    serving.by('riverside', 'v1');
    const expected = await smartHome.ask(RESIDENT, query, variables);
    await smartHome.calls();
    const shares: number[] = [];
    for (const percent of [0, 50, 100, 50, 0]) {
      serving.tryV2('riverside', percent);
      const asked = Array.from({ length: 16 }, () => smartHome.ask(RESIDENT, query, variables));
      for (const answer of await Promise.all(asked)) expect(answer).toEqual(expected);
      const called = await paths();
      shares.push(called.filter((path) => path.startsWith('/v2/')).length / called.length);
    }
    const [none, some = 0, all, less = 1, noneAgain] = shares;
    expect([none, all, noneAgain]).toEqual([0, 1, 0]);
    for (const share of [some, less]) expect(share > 0 && share < 1).toBe(true);
  });

  it('leaves a list in the version that it was begun in', async () => {
    const query = `query ($after: String) { devices(first: 97, after: $after) {
      nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const pageOf = async (version: string, after: string | null) => {
      serving.by('riverside', version);
      const { data } = await smartHome.ask(DISPATCHER, query, { after });
      return (
        data as { readonly devices: { readonly nodes: readonly object[]; readonly pageInfo: { endCursor: string } } }
      ).devices;
    };
    const first = await pageOf('v1', null);
    const second = await pageOf('v1', first.pageInfo.endCursor);
    expect(await pageOf('v2', first.pageInfo.endCursor)).toEqual(second);
    const other = await pageOf('v2', null);
    expect(other.nodes).toEqual(first.nodes);
    expect((await pageOf('v1', other.pageInfo.endCursor)).nodes).toEqual(second.nodes);
  });
});
