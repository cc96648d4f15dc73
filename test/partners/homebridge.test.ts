/** A building whose devices live in a real Homebridge server, through the whole product. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask as askWithoutHomebridge } from '../system/client.ts';
import {
  type Building,
  DOOR,
  deviceId,
  ELSEWHERE,
  HOME,
  idOf,
  LIGHT,
  NEXT_DOOR,
  startBuilding,
  WITHOUT_CONSENT,
} from './building.ts';

let building: Building;
beforeAll(async () => {
  building = await startBuilding();
}, 180_000);
afterEach(async () => {
  building.wire.fail(undefined);
  await untilWhole();
  building.wire.calls();
}, 60_000);
afterAll(() => building.stop());

interface Listed {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const STATE = `__typename name reachable source { partner stale }
  ... on Light { on brightnessPercent }
  ... on DoorLock { locked }
  ... on Thermostat { temperatureCelsius targetTemperatureCelsius }
  ... on LeakSensor { leaking }
  ... on WaterValve { open }`;
const BOTH = `query ($here: ID!, $there: ID!) {
  here: residence(id: $here) { number devices(first: 20) { nodes { ${STATE} } } }
  there: residence(id: $there) { number devices(first: 20) { nodes { __typename source { partner } } } }
}`;
/** In one list, so that the subgraph is asked for all of them at once. */
const EVERYWHERE = `{ residences(first: 50, numberPrefix: "101") { nodes { id devices(first: 20) { nodes { name } } } } }`;
const SWITCH = `mutation ($input: SwitchLightInput!) { switchLight(input: $input) {
  command { id status reason device { ... on Light { on brightnessPercent } } }
} }`;
const COMMAND = 'query ($id: ID!) { command(id: $id) { id status reason } }';

const askBoth = (): Promise<Answer> => building.ask(BOTH, { here: idOf(HOME), there: idOf(ELSEWHERE) });
const switchLight = (input: object) =>
  building.ask(SWITCH, { input: { device: deviceId(LIGHT, 'Lightbulb'), idempotencyKey: randomUUID(), ...input } });
const commandOf = ({ body }: Answer) =>
  (body.data as unknown as { switchLight: { command: { id: string; status: string } } }).switchLight.command;

/** Asks until the building's devices come again: a breaker stays open for some seconds. */
async function untilWhole(): Promise<void> {
  const end = Date.now() + 45_000;
  for (;;) {
    const { errors } = (await askBoth()).body;
    if (!errors) return;
    if (Date.now() > end) throw new Error(`Homebridge did not come back: ${JSON.stringify(errors)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

describe('a building whose devices live in Homebridge', () => {
  it('is listed from there, and other buildings from the smart-home partner', async () => {
    const { body } = await askBoth();
    expect(body.errors).toBeUndefined();
    const { here, there } = body.data as unknown as Record<'here' | 'there', { devices: Listed }>;
    const source = { partner: 'homebridge', stale: false };
    const known = { reachable: true, source };
    expect(here.devices.nodes).toEqual(
      expect.arrayContaining([
        { __typename: 'Light', name: 'Kitchen light', on: false, brightnessPercent: 100, ...known },
        { __typename: 'Light', name: 'Hall light', on: false, brightnessPercent: null, ...known },
        { __typename: 'DoorLock', name: 'Entrance door', locked: expect.any(Boolean), ...known },
        {
          __typename: 'Thermostat',
          name: 'Living room thermostat',
          temperatureCelsius: expect.stringMatching(/^\d+\.\d$/),
          targetTemperatureCelsius: expect.stringMatching(/^\d+\.\d$/),
          ...known,
        },
        { __typename: 'LeakSensor', name: 'Bathroom leak sensor', leaking: false, ...known },
        { __typename: 'MotionSensor', name: 'Corridor motion sensor', ...known },
        { __typename: 'WaterValve', name: 'Main water valve', open: expect.any(Boolean), ...known },
      ]),
    );
    expect(here.devices.nodes).toHaveLength(7);
    expect(new Set(there.devices.nodes.map((node) => JSON.stringify(node['source'])))).toEqual(
      new Set(['{"partner":"smart-home"}']),
    );
  });

  it('is asked for once in a request, however many of its residences there are', async () => {
    const key = 'riverside-p20';
    const property = encodeId({ tenant: tenantId('riverside'), type: 'Property', residence: undefined, key });
    const query = `query ($property: ID!) {
      residences(property: $property, first: 49) { nodes { devices(first: 5) { nodes { name } } } } }`;
    building.wire.calls();
    const { body } = await building.ask(query, { property });
    const { nodes } = (body.data as unknown as { residences: { nodes: readonly { devices: Listed }[] } }).residences;
    expect(nodes.map(({ devices }) => devices.nodes.length).filter((count) => count > 0)).toEqual([5, 1]);
    expect(building.wire.calls()).toEqual(['GET /api/accessories']);
  });

  it('is paged through together with others', async () => {
    const query = `query ($residences: [ID!], $after: String) { devices(residences: $residences, first: 4, after: $after) {
      nodes { id source { partner } } pageInfo { hasNextPage endCursor } } }`;
    const found: Listed['nodes'][number][] = [];
    let after: string | undefined;
    do {
      const { body } = await building.ask(query, { residences: [idOf(HOME), idOf(ELSEWHERE)], after });
      const { nodes, pageInfo } = (body.data as unknown as { devices: Listed }).devices;
      found.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
    } while (after !== undefined && found.length < 100);
    const partners = found.map(({ source }) => (source as { readonly partner: string }).partner);
    expect(partners.toSorted()).toEqual([...Array(7).fill('homebridge'), ...Array(6).fill('smart-home')]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(13);
  });
});

describe('an order to a device in Homebridge', () => {
  it('is done, and Homebridge itself has the new state', async () => {
    const before = await building.homebridge.value(LIGHT, 'On');
    building.wire.calls();
    const { body } = await switchLight({ on: !before, brightnessPercent: 40 });
    expect(building.wire.calls().map((call) => call.split(' ')[0])).toEqual(['GET', 'PUT', 'PUT', 'GET']);
    expect(body).toEqual({
      data: {
        switchLight: {
          command: {
            id: expect.any(String),
            status: 'DONE',
            reason: null,
            device: { on: !before, brightnessPercent: 40 },
          },
        },
      },
    });
    expect(Boolean(await building.homebridge.value(LIGHT, 'On'))).toBe(!before);
    expect(await building.homebridge.value(LIGHT, 'Brightness')).toBe(40);
  });

  it('is carried out once for one key, whatever somebody at home does meanwhile', async () => {
    const order = { on: true, idempotencyKey: randomUUID() };
    const first = await switchLight(order);
    await building.homebridge.change(LIGHT, 'On', false);
    expect(commandOf(await switchLight(order))).toMatchObject({ id: commandOf(first).id, status: 'DONE' });
    expect(Boolean(await building.homebridge.value(LIGHT, 'On'))).toBe(false);
    const reused = await switchLight({ ...order, on: false });
    expect(reused.body.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['the device refuses', { targetTemperatureCelsius: '5.0' }, 'refused'],
    ['the device can follow', { targetTemperatureCelsius: '21.5' }, null],
  ])('that %s ends so', async (_, setting, reason) => {
    const input = { device: deviceId(`${HOME}.living-room`, 'Thermostat'), idempotencyKey: randomUUID(), ...setting };
    const query =
      'mutation ($input: SetThermostatInput!) { setThermostat(input: $input) { command { status reason } } }';
    const { body } = await building.ask(query, { input });
    const status = reason === null ? 'DONE' : 'FAILED';
    expect(body).toEqual({ data: { setThermostat: { command: { status, reason } } } });
  });

  it('that its kind cannot do is not given', async () => {
    const hall = deviceId(`${HOME}.hall`, 'Lightbulb');
    const { body } = await switchLight({ device: hall, on: true, brightnessPercent: 40 });
    expect(body.data).toMatchObject({ switchLight: { command: { status: 'FAILED', reason: 'not-supported' } } });
    expect(building.wire.calls().filter((call) => call.startsWith('PUT'))).toEqual([]);
  });

  it('whose answer is lost is looked up, and done if the device shows it', async () => {
    const before = Boolean(await building.homebridge.value(LIGHT, 'On'));
    building.wire.fail('lose-answers');
    const { status } = commandOf(await switchLight({ on: !before }));
    expect(status).toBe('DONE');
    expect(Boolean(await building.homebridge.value(LIGHT, 'On'))).toBe(!before);
  });

  it('that is lost is unknown, is not given again, and is told of by its id when it shows', async () => {
    const before = Boolean(await building.homebridge.value(LIGHT, 'On'));
    const order = { on: !before, idempotencyKey: randomUUID() };
    building.wire.fail('lose-orders');
    const { id } = commandOf(await switchLight(order));
    building.wire.fail(undefined);
    const unknown = { data: { command: { id, status: 'UNKNOWN', reason: 'answer-lost' } } };
    expect((await building.ask(COMMAND, { id })).body).toEqual(unknown);
    expect(commandOf(await switchLight(order))).toMatchObject({ id, status: 'UNKNOWN' });
    expect(Boolean(await building.homebridge.value(LIGHT, 'On'))).toBe(before);
    await building.homebridge.change(LIGHT, 'On', !before);
    expect((await building.ask(COMMAND, { id })).body).toEqual({
      data: { command: { id, status: 'DONE', reason: null } },
    });
  });
});

describe('a door in Homebridge', () => {
  const claims = {
    tenant: 'riverside',
    policies: ['public', 'fresh-mfa'],
    grants: [
      {
        scopes: ['device:read', 'device:history', 'lock:open', 'residence:read'],
        policies: ['personal-data'],
        residences: [HOME],
      },
    ],
  };

  it.each([
    ['lockDoor', 1],
    ['unlockDoor', 0],
  ])('obeys %s', async (order, state) => {
    const query = `mutation ($input: DeviceCommandInput!) { ${order}(input: $input) { command { status } } }`;
    const input = { device: deviceId(DOOR, 'LockMechanism'), idempotencyKey: randomUUID() };
    expect(await building.subgraph.ask(claims, query, { input })).toEqual({
      data: { [order]: { command: { status: 'DONE' } } },
    });
    expect(await building.homebridge.value(DOOR, 'Lock Current State')).toBe(state);
  });

  it('has no history, and nobody is said to be at home or not: it could not be told in confidence', async () => {
    const query = `query ($door: ID!, $sensor: ID!) {
      door: device(id: $door) { ... on DoorLock { events { nodes { kind } } } }
      sensor: device(id: $sensor) { ... on MotionSensor { occupied lastMotionAt events { nodes { kind } } } }
    }`;
    const sensor = deviceId(`${HOME}.corridor`, 'MotionSensor');
    expect(await building.subgraph.ask(claims, query, { door: deviceId(DOOR, 'LockMechanism'), sensor })).toEqual({
      data: { door: { events: null }, sensor: { occupied: null, lastMotionAt: null, events: null } },
    });
  });
});

describe('Homebridge', () => {
  const one = 'query ($id: ID!) { device(id: $id) { name } }';

  it.each([
    ['another company', deviceId(LIGHT, 'Lightbulb'), 'northgate'],
    ["a neighbour's accessory", deviceId(LIGHT, 'Lightbulb', NEXT_DOOR), 'riverside'],
    ['an accessory of a building that it does not serve', deviceId(`${ELSEWHERE}.kitchen`, 'Lightbulb'), 'riverside'],
    ['an accessory of another form', deviceId('stairs', 'Lightbulb'), 'riverside'],
    ['a service that is no device', deviceId(LIGHT, 'ProtocolInformation'), 'riverside'],
  ])('is not asked for %s', async (_, id, company) => {
    expect((await building.ask(one, { id }, company)).body).toEqual({ data: { device: null } });
    const order = await building.ask(
      SWITCH,
      { input: { device: id, on: true, idempotencyKey: randomUUID() } },
      company,
    );
    expect(order.body).toEqual({ data: { switchLight: { command: null } } });
    expect(building.wire.calls()).toEqual([]);
  });

  it('that knows no such accessory has it absent', async () => {
    const id = deviceId(`${HOME}.cellar`, 'Lightbulb');
    expect((await building.ask(one, { id })).body).toEqual({ data: { device: null } });
  });

  it('is not asked for a residence without a consent', async () => {
    const query = 'query ($id: ID!) { residence(id: $id) { devices(first: 5) { nodes { name } } } }';
    const { body } = await building.ask(query, { id: idOf(WITHOUT_CONSENT) });
    expect(body).toMatchObject({
      data: { residence: { devices: null } },
      errors: [{ extensions: { code: 'CONSENT_REQUIRED' } }],
    });
    expect(building.wire.calls()).toEqual([]);
  });

  it('has the operations that we call, as its own document says', async () => {
    expect(await building.homebridge.document()).toMatchObject({
      paths: {
        '/api/auth/login': { post: {} },
        '/api/accessories': { get: {} },
        '/api/accessories/{uniqueId}': { put: {} },
      },
      components: {
        schemas: {
          AuthDto: { properties: { username: {}, password: {} } },
          AccessorySetCharacteristicDto: { required: ['characteristicType', 'value'] },
        },
      },
    });
  });

  it('that hangs takes nothing with it but its own building', async () => {
    const thaw = building.homebridge.freeze();
    const { body } = await building.ask(EVERYWHERE).finally(thaw);
    expectOnlyHomeMissing(body, 'PARTNER_TIMEOUT');
  });

  it('whose bridge is down is unavailable rather than empty', async () => {
    building.homebridge.kill();
    const { body } = await building.ask(EVERYWHERE);
    expectOnlyHomeMissing(body, 'PARTNER_UNAVAILABLE');
  });

  it('leaves neither its password nor a token in the log or the data', () => {
    expect(building.wire.secrets.size).toBeGreaterThanOrEqual(2);
    const written = [building.product.process.output(), ...filesIn(building.product.folder)];
    expect(written.length).toBeGreaterThan(10);
    for (const secret of building.wire.secrets) expect(written.filter((text) => text.includes(secret))).toEqual([]);
  });
});

describe('a building in Homebridge, without an address of it', () => {
  it('has no devices and says so, and other buildings have theirs', async () => {
    const { body } = await askWithoutHomebridge('dispatcher@riverside.example', EVERYWHERE);
    expectOnlyHomeMissing(body, 'PARTNER_UNAVAILABLE');
  });
});

/** Of the twenty residences, one in each building; one of another building has no consent. */
function expectOnlyHomeMissing({ data, errors }: Answer['body'], code: string): void {
  const { nodes } = (data as unknown as { residences: { nodes: readonly { id: string; devices: Listed | null }[] } })
    .residences;
  const missing = nodes.filter(({ devices }) => devices === null).map(({ id }) => id);
  expect(missing.toSorted()).toEqual([idOf('riverside-p03-r01'), idOf(HOME)].toSorted());
  expect(nodes.filter(({ devices }) => devices && devices.nodes.length > 0)).toHaveLength(18);
  expect(errors?.map(({ extensions }) => extensions?.['code']).toSorted()).toEqual(['CONSENT_REQUIRED', code]);
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
