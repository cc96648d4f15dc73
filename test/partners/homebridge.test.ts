/** A building whose devices live in a real Homebridge server, through the whole product. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureMasterKey } from '@commonhold/development/master-key.ts';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import {
  encodeId,
  residenceId as idOfResidence,
  type OpaqueId,
  residenceKey,
  tenantId,
} from '@commonhold/kit/tenancy/ids.ts';
import { createTestGateway, type TestGateway } from '@commonhold/kit/testing/gateway.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Accessory, type HomebridgeServer, startHomebridge } from '../homebridge/server.ts';
import { startWire, type Wire } from '../homebridge/wire.ts';
import { type Answer, ask as askShared, post } from '../system/client.ts';
import { chooseEnvironment, startProduct, type TestProduct } from '../system/product.ts';

const HOME = 'riverside-p20-r01';
const ELSEWHERE = 'riverside-p01-r01';
const WITHOUT_CONSENT = 'riverside-p20-r50';
const LIGHT = `${HOME}.kitchen`;
const DOOR = `${HOME}.door`;
const ACCESSORIES: readonly Accessory[] = [
  { id: LIGHT, name: 'Kitchen light', type: 'Lightbulb', isDimmer: true },
  { id: `${HOME}.hall`, name: 'Hall light', type: 'Lightbulb' },
  { id: DOOR, name: 'Entrance door', type: 'LockMechanism' },
  { id: `${HOME}.living-room`, name: 'Living room thermostat', type: 'Thermostat' },
  { id: `${HOME}.bathroom`, name: 'Bathroom leak sensor', type: 'LeakSensor' },
  { id: `${HOME}.corridor`, name: 'Corridor motion sensor', type: 'MotionSensor' },
  { id: `${HOME}.main`, name: 'Main water valve', type: 'Valve' },
  { id: `${HOME}.fan`, name: 'Fan', type: 'Switch' },
  { id: 'riverside-p20-r02.kitchen', name: 'Light next door', type: 'Lightbulb' },
  { id: `${WITHOUT_CONSENT}.kitchen`, name: 'Light of those who did not consent', type: 'Lightbulb' },
  { id: `${ELSEWHERE}.kitchen`, name: 'Light of another building', type: 'Lightbulb' },
  { id: 'stairs', name: 'Light of nobody', type: 'Lightbulb' },
];

let homebridge: HomebridgeServer;
let wire: Wire;
let product: TestProduct;
let subgraph: TestGateway;
const tokens = new Map<string, string>();

beforeAll(async () => {
  homebridge = await startHomebridge('commonhold-riverside', ACCESSORIES);
  wire = await startWire(homebridge.url);
  const environment = await chooseEnvironment('homebridge');
  await ensureMasterKey({ ...environment });
  const seal = fileURLToPath(import.meta.resolve('@commonhold/kit/partner/seal-password.ts'));
  const env = { ...process.env, ...environment };
  execFileSync(process.execPath, [seal, 'homebridge', 'riverside'], { env, input: `${homebridge.user.password}\n` });
  product = await startProduct(environment, { HOMEBRIDGE_URL: wire.url, LOG_LEVEL: 'debug' });
  for (const company of ['riverside', 'northgate']) {
    const { accessToken } = await obtainToken({ environment: env, email: `dispatcher@${company}.example` });
    tokens.set(company, accessToken);
  }
  const identity = await loadIdentity('gateway', join(environment.DATA_DIR, 'tls'), await loadMasterKey(env));
  subgraph = createTestGateway(identity, 'smart-home', Number(environment.PORT_BASE) + 202);
}, 180_000);

afterEach(async () => {
  wire.fail(undefined);
  await untilWhole();
  wire.calls();
});

afterAll(async () => {
  await subgraph.close();
  await product.stop();
  await wire.stop();
  await homebridge.stop();
  await product.remove();
});

const residence = (key: string): OpaqueId => idOfResidence(tenantId('riverside'), residenceKey(key));
const device = (accessory: string, type: string, home = HOME): OpaqueId =>
  encodeId({
    tenant: tenantId('riverside'),
    type: 'Device',
    residence: residenceKey(home),
    key: `${accessory}:${type}`,
  });

function ask(query: string, variables: Readonly<Record<string, unknown>> = {}, company = 'riverside'): Promise<Answer> {
  return post(product.graphqlUrl, { query, variables }, { authorization: `Bearer ${tokens.get(company)}` });
}

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
const SWITCH = `mutation ($input: SwitchLightInput!) { switchLight(input: $input) {
  command { id status reason device { ... on Light { on brightnessPercent } } }
} }`;
const COMMAND = 'query ($id: ID!) { command(id: $id) { id status reason } }';

const askBoth = (): Promise<Answer> => ask(BOTH, { here: residence(HOME), there: residence(ELSEWHERE) });
const switchLight = (input: object) =>
  ask(SWITCH, { input: { device: device(LIGHT, 'Lightbulb'), idempotencyKey: randomUUID(), ...input } });
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
    wire.calls();
    const { body } = await ask(query, { property });
    const { nodes } = (body.data as unknown as { residences: { nodes: readonly { devices: Listed }[] } }).residences;
    expect(nodes.map(({ devices }) => devices.nodes.length).filter((count) => count > 0)).toEqual([5, 1]);
    expect(wire.calls()).toEqual(['GET /api/accessories']);
  });

  it('is paged through together with others', async () => {
    const query = `query ($residences: [ID!], $after: String) { devices(residences: $residences, first: 4, after: $after) {
      nodes { id source { partner } } pageInfo { hasNextPage endCursor } } }`;
    const found: Listed['nodes'][number][] = [];
    let after: string | undefined;
    do {
      const { body } = await ask(query, { residences: [residence(HOME), residence(ELSEWHERE)], after });
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
    const before = await homebridge.value(LIGHT, 'On');
    wire.calls();
    const { body } = await switchLight({ on: !before, brightnessPercent: 40 });
    expect(wire.calls().map((call) => call.split(' ')[0])).toEqual(['GET', 'PUT', 'PUT', 'GET']);
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
    expect(Boolean(await homebridge.value(LIGHT, 'On'))).toBe(!before);
    expect(await homebridge.value(LIGHT, 'Brightness')).toBe(40);
  });

  it('is carried out once for one key, whatever somebody at home does meanwhile', async () => {
    const order = { on: true, idempotencyKey: randomUUID() };
    const first = await switchLight(order);
    await homebridge.change(LIGHT, 'On', false);
    expect(commandOf(await switchLight(order))).toMatchObject({ id: commandOf(first).id, status: 'DONE' });
    expect(Boolean(await homebridge.value(LIGHT, 'On'))).toBe(false);
    const reused = await switchLight({ ...order, on: false });
    expect(reused.body.errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
  });

  it.each([
    ['the device refuses', { targetTemperatureCelsius: '5.0' }, 'refused'],
    ['the device can follow', { targetTemperatureCelsius: '21.5' }, null],
  ])('that %s ends so', async (_, setting, reason) => {
    const input = { device: device(`${HOME}.living-room`, 'Thermostat'), idempotencyKey: randomUUID(), ...setting };
    const query =
      'mutation ($input: SetThermostatInput!) { setThermostat(input: $input) { command { status reason } } }';
    const { body } = await ask(query, { input });
    const status = reason === null ? 'DONE' : 'FAILED';
    expect(body).toEqual({ data: { setThermostat: { command: { status, reason } } } });
  });

  it('that its kind cannot do is not given', async () => {
    const hall = device(`${HOME}.hall`, 'Lightbulb');
    const { body } = await switchLight({ device: hall, on: true, brightnessPercent: 40 });
    expect(body.data).toMatchObject({ switchLight: { command: { status: 'FAILED', reason: 'not-supported' } } });
    expect(wire.calls().filter((call) => call.startsWith('PUT'))).toEqual([]);
  });

  it('whose answer is lost is looked up, and done if the device shows it', async () => {
    const before = Boolean(await homebridge.value(LIGHT, 'On'));
    wire.fail('lose-answers');
    const { status } = commandOf(await switchLight({ on: !before }));
    expect(status).toBe('DONE');
    expect(Boolean(await homebridge.value(LIGHT, 'On'))).toBe(!before);
  });

  it('that is lost is unknown, is not given again, and is told of by its id when it shows', async () => {
    const before = Boolean(await homebridge.value(LIGHT, 'On'));
    const order = { on: !before, idempotencyKey: randomUUID() };
    wire.fail('lose-orders');
    const { id } = commandOf(await switchLight(order));
    wire.fail(undefined);
    const unknown = { data: { command: { id, status: 'UNKNOWN', reason: 'answer-lost' } } };
    expect((await ask(COMMAND, { id })).body).toEqual(unknown);
    expect(commandOf(await switchLight(order))).toMatchObject({ id, status: 'UNKNOWN' });
    expect(Boolean(await homebridge.value(LIGHT, 'On'))).toBe(before);
    await homebridge.change(LIGHT, 'On', !before);
    expect((await ask(COMMAND, { id })).body).toEqual({ data: { command: { id, status: 'DONE', reason: null } } });
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
    const input = { device: device(DOOR, 'LockMechanism'), idempotencyKey: randomUUID() };
    expect(await subgraph.ask(claims, query, { input })).toEqual({
      data: { [order]: { command: { status: 'DONE' } } },
    });
    expect(await homebridge.value(DOOR, 'Lock Current State')).toBe(state);
  });

  it('has no history, and nobody is said to be at home or not: it could not be told in confidence', async () => {
    const query = `query ($door: ID!, $sensor: ID!) {
      door: device(id: $door) { ... on DoorLock { events { nodes { kind } } } }
      sensor: device(id: $sensor) { ... on MotionSensor { occupied lastMotionAt events { nodes { kind } } } }
    }`;
    const sensor = device(`${HOME}.corridor`, 'MotionSensor');
    expect(await subgraph.ask(claims, query, { door: device(DOOR, 'LockMechanism'), sensor })).toEqual({
      data: { door: { events: null }, sensor: { occupied: null, lastMotionAt: null, events: null } },
    });
  });
});

describe('Homebridge', () => {
  const one = 'query ($id: ID!) { device(id: $id) { name } }';

  it.each([
    ['another company', device(LIGHT, 'Lightbulb'), 'northgate'],
    ["a neighbour's accessory", device(LIGHT, 'Lightbulb', 'riverside-p20-r02'), 'riverside'],
    ['an accessory of a building that it does not serve', device(`${ELSEWHERE}.kitchen`, 'Lightbulb'), 'riverside'],
    ['an accessory of another form', device('stairs', 'Lightbulb'), 'riverside'],
    ['a service that is no device', device(LIGHT, 'ProtocolInformation'), 'riverside'],
  ])('is not asked for %s', async (_, id, company) => {
    expect((await ask(one, { id }, company)).body).toEqual({ data: { device: null } });
    const order = await ask(SWITCH, { input: { device: id, on: true, idempotencyKey: randomUUID() } }, company);
    expect(order.body).toEqual({ data: { switchLight: { command: null } } });
    expect(wire.calls()).toEqual([]);
  });

  it('that knows no such accessory has it absent', async () => {
    const id = device(`${HOME}.cellar`, 'Lightbulb');
    expect((await ask(one, { id })).body).toEqual({ data: { device: null } });
  });

  it('is not asked for a residence without a consent', async () => {
    const query = 'query ($id: ID!) { residence(id: $id) { devices(first: 5) { nodes { name } } } }';
    const { body } = await ask(query, { id: residence(WITHOUT_CONSENT) });
    expect(body).toMatchObject({
      data: { residence: { devices: null } },
      errors: [{ extensions: { code: 'CONSENT_REQUIRED' } }],
    });
    expect(wire.calls()).toEqual([]);
  });

  it('has the operations that we call, as its own document says', async () => {
    expect(await homebridge.document()).toMatchObject({
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
    const thaw = homebridge.freeze();
    const { body } = await askBoth().finally(thaw);
    expectOnlyHomeMissing(body, 'PARTNER_TIMEOUT');
  });

  it('whose bridge is down is unavailable rather than empty', async () => {
    homebridge.kill();
    const { body } = await askBoth();
    expectOnlyHomeMissing(body, 'PARTNER_UNAVAILABLE');
  });

  it('leaves neither its password nor a token in the log or the data', () => {
    expect(wire.secrets.size).toBeGreaterThanOrEqual(2);
    const written = [product.process.output(), ...filesIn(product.folder)];
    expect(written.length).toBeGreaterThan(10);
    for (const secret of wire.secrets) expect(written.filter((text) => text.includes(secret))).toEqual([]);
  });
});

describe('a building in Homebridge, without an address of it', () => {
  it('has no devices and says so, and other buildings have theirs', async () => {
    const variables = { here: residence(HOME), there: residence(ELSEWHERE) };
    const { body } = await askShared('dispatcher@riverside.example', BOTH, variables);
    expectOnlyHomeMissing(body, 'PARTNER_UNAVAILABLE');
  });
});

function expectOnlyHomeMissing(body: Answer['body'], code: string): void {
  expect(body).toEqual({
    data: {
      here: { number: '101', devices: null },
      there: { number: '101', devices: { nodes: Array(6).fill(expect.anything()) } },
    },
    errors: [expect.objectContaining({ path: ['here', 'devices'], extensions: expect.objectContaining({ code }) })],
  });
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
