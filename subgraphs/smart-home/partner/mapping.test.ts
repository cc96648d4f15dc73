import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { claimsOf } from '@commonhold/kit/testing/claims.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type SmartHomeForTests, startSmartHome } from '../testing/start-smart-home.ts';
import type { components } from './generated/v1.ts';

type DeviceRecord = components['schemas']['Device'];

const HOME = residenceKey('northgate-p01-r01');
const RESIDENT = claimsOf('RESIDENT', 'northgate', [HOME]);
const OWNED = { companyId: 'northgate', residenceRef: HOME };

let smartHome: SmartHomeForTests;
beforeAll(async () => {
  smartHome = await startSmartHome();
});
afterAll(() => smartHome.stop());
afterEach(() => {
  for (const operation of ['queryDevices', 'queryDeviceEvents'] as const) smartHome.answers[operation] = undefined;
});

const idOf = (type: string, key: string): string =>
  encodeId({ tenant: tenantId('northgate'), type, residence: HOME, key });

function deviceRecord(kind: DeviceRecord['kind'], change: Partial<DeviceRecord> = {}): DeviceRecord {
  return { ...OWNED, id: `dev-${kind}`, kind, label: 'Somewhere', online: true, battery: 70, state: {}, ...change };
}

/** What the graph shows when the partner answers with these devices, the personal part in clear. */
async function show(selection: string, devices: readonly DeviceRecord[], personal?: string) {
  smartHome.answers.queryDevices = async ({ encrypt }) => ({
    items: await Promise.all(
      devices.map(async (device) =>
        personal === undefined ? device : { ...device, presence: await encrypt(personal) },
      ),
    ),
  });
  return smartHome.ask(RESIDENT, `query ($id: ID!) { device(id: $id) { __typename ${selection} } }`, {
    id: idOf('Device', devices[0]?.id ?? ''),
  });
}

describe("a partner's device", () => {
  it.each<[DeviceRecord['kind'], DeviceRecord['state'], string, object]>([
    ['door-lock', { locked: true }, '... on DoorLock { locked }', { __typename: 'DoorLock', locked: true }],
    ['door-lock', { locked: null }, '... on DoorLock { locked }', { __typename: 'DoorLock', locked: null }],
    [
      'light',
      { on: true, brightness: 40 },
      '... on Light { on brightnessPercent }',
      { __typename: 'Light', on: true, brightnessPercent: 40 },
    ],
    [
      'light',
      { on: false, brightness: null },
      '... on Light { on brightnessPercent }',
      { __typename: 'Light', on: false, brightnessPercent: null },
    ],
    [
      'thermostat',
      { temperature: 20.04, targetTemperature: 21 },
      '... on Thermostat { temperatureCelsius targetTemperatureCelsius }',
      { __typename: 'Thermostat', temperatureCelsius: '20.0', targetTemperatureCelsius: '21.0' },
    ],
    [
      'thermostat',
      { temperature: -3.5, targetTemperature: 5 },
      '... on Thermostat { temperatureCelsius targetTemperatureCelsius }',
      { __typename: 'Thermostat', temperatureCelsius: '-3.5', targetTemperatureCelsius: '5.0' },
    ],
    ['leak-sensor', { leaking: true }, '... on LeakSensor { leaking }', { __typename: 'LeakSensor', leaking: true }],
    ['water-valve', { open: false }, '... on WaterValve { open }', { __typename: 'WaterValve', open: false }],
    [
      'smart-meter',
      { powerWatts: 1234.56 },
      '... on SmartMeter { powerWatts }',
      { __typename: 'SmartMeter', powerWatts: '1234.6' },
    ],
    ['motion-sensor', {}, '... on MotionSensor { occupied }', { __typename: 'MotionSensor', occupied: null }],
  ])('of the kind %s with the state %j is shown as what it is', async (kind, state, selection, expected) => {
    expect(await show(selection, [deviceRecord(kind, { state })])).toEqual({ data: { device: expected } });
  });

  it('has its name, battery, residence and source', async () => {
    const record = deviceRecord('leak-sensor', {
      label: 'Cellar',
      online: false,
      battery: null,
      state: { leaking: false },
    });
    const selection = 'id name reachable batteryPercent residence { id } source { partner apiVersion fetchedAt stale }';
    const asked = Date.now();
    const { data, errors } = await show(selection, [record]);
    expect(errors).toBeUndefined();
    const { device } = data as { readonly device: { readonly source: { readonly fetchedAt: string } } };
    expect(device).toEqual({
      __typename: 'LeakSensor',
      id: idOf('Device', 'dev-leak-sensor'),
      name: 'Cellar',
      reachable: false,
      batteryPercent: null,
      residence: { id: idOf('Residence', HOME) },
      source: { partner: 'smart-home', apiVersion: 'v1', fetchedAt: expect.any(String), stale: false },
    });
    expect(Date.parse(device.source.fetchedAt)).toBeGreaterThanOrEqual(asked);
  });

  it('tells who is at home from its encrypted part, with instants in UTC', async () => {
    const personal = JSON.stringify({ occupied: true, lastMotionAt: '2026-03-01T10:30:00+02:00' });
    const answer = await show(
      '... on MotionSensor { occupied lastMotionAt }',
      [deviceRecord('motion-sensor')],
      personal,
    );
    expect(answer).toEqual({
      data: {
        device: { __typename: 'MotionSensor', occupied: true, lastMotionAt: '2026-03-01T08:30:00.000Z' },
      },
    });
  });

  it.each([
    ['locked', 'LOCKED'],
    ['unlocked', 'UNLOCKED'],
    ['motion', 'MOTION'],
  ])('tells the event %s as %s', async (kind, expected) => {
    const { id } = deviceRecord('door-lock');
    smartHome.answers.queryDeviceEvents = async ({ encrypt }) => ({
      items: [
        {
          ...OWNED,
          id: 'evt-1',
          deviceId: id,
          detail: await encrypt(JSON.stringify({ kind, occurredAt: '2026-03-01T08:30:00Z' })),
        },
      ],
    });
    const selection = '... on DoorLock { events(first: 5) { nodes { id kind occurredAt } } }';
    const nodes = [{ id: idOf('DeviceEvent', 'evt-1'), kind: expected, occurredAt: '2026-03-01T08:30:00.000Z' }];
    expect(await show(selection, [deviceRecord('door-lock')])).toEqual({
      data: { device: { __typename: 'DoorLock', events: { nodes } } },
    });
  });
});

describe("a partner's record that breaks the contract", () => {
  /** A value that nobody may be shown. */
  const CANARY = 'Ada-Lovelace-flat-7';

  it.each<[string, DeviceRecord['kind'], object, string]>([
    ['a light without `on`', 'light', { state: {} }, 'items[0].state.on'],
    [
      'a thermostat without its target',
      'thermostat',
      { state: { temperature: 20 } },
      'items[0].state.targetTemperature',
    ],
    ['a leak sensor that tells nothing', 'leak-sensor', { state: {} }, 'items[0].state.leaking'],
    ['a valve that tells nothing', 'water-valve', { state: {} }, 'items[0].state.open'],
    ['a meter that tells nothing', 'smart-meter', { state: {} }, 'items[0].state.powerWatts'],
    ['a state of another type', 'leak-sensor', { state: { leaking: CANARY } }, 'items[0].state.leaking'],
    ['a battery above 100', 'door-lock', { battery: 101 }, 'items[0].battery'],
    ['an unknown kind', 'door-lock', { kind: CANARY }, 'items[0].kind'],
    ['a key that no id can carry', 'door-lock', { residenceRef: `${CANARY}/1` }, 'items[0].residenceRef'],
    ['no owner', 'door-lock', { companyId: undefined }, 'items[0].companyId'],
  ])('is refused with its place and no value: %s', async (_, kind, change, place) => {
    const record = { ...deviceRecord(kind), ...change } as DeviceRecord;
    const answer = await show('name', [record]);
    expect(answer).toMatchObject({
      data: { device: null },
      errors: [
        {
          message: `The partner smart-home answered something that its contract does not allow at ${place}.`,
          extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
        },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });

  it.each([
    ['no JSON', CANARY, 'Device.presence'],
    ['another type', JSON.stringify([CANARY]), 'Device.presence'],
    ['a missing member', JSON.stringify({ occupied: true }), 'Device.presence.lastMotionAt'],
    ['a member of another type', JSON.stringify({ occupied: CANARY, lastMotionAt: null }), 'Device.presence.occupied'],
    ['what is no instant', JSON.stringify({ occupied: true, lastMotionAt: CANARY }), 'Device.presence.lastMotionAt'],
  ])('is refused with its place and no value when what was encrypted is %s', async (_, personal, place) => {
    const selection = 'name ... on MotionSensor { occupied }';
    const answer = await show(selection, [deviceRecord('motion-sensor')], personal);
    expect(answer).toMatchObject({
      data: { device: { name: 'Somewhere', occupied: null } },
      errors: [
        {
          path: ['device', 'occupied'],
          message: `The partner smart-home answered something that its contract does not allow at ${place}.`,
          extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
        },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain(CANARY);
  });
});

describe("a record of somebody else's", () => {
  const devicesOf = '{ devices(first: 50) { nodes { name residence { id } } } }';

  it('is dropped and counted when it is of another company', async () => {
    const foreign = { ...deviceRecord('door-lock'), companyId: 'riverside', label: 'Foreign' };
    smartHome.answers.queryDevices = () => ({ items: [deviceRecord('light', { state: { on: true } }), foreign] });
    const counted = async (): Promise<number> =>
      (await smartHome.metrics.getSingleMetric('partner_foreign_records_total')?.get())?.values[0]?.value ?? 0;
    const before = await counted();
    expect(await smartHome.ask(RESIDENT, devicesOf)).toEqual({
      data: { devices: { nodes: [{ name: 'Somewhere', residence: { id: idOf('Residence', HOME) } }] } },
    });
    expect(await counted()).toBe(before + 1);
  });

  it('is dropped when it is of a residence that the partner was not asked for', async () => {
    const neighbour = deviceRecord('door-lock', { residenceRef: 'northgate-p01-r02' });
    smartHome.answers.queryDevices = () => ({ items: [neighbour] });
    expect(await smartHome.ask(RESIDENT, devicesOf)).toEqual({ data: { devices: { nodes: [] } } });
  });

  it('is none when it comes for the id of another device', async () => {
    smartHome.answers.queryDevices = () => ({ items: [deviceRecord('door-lock', { id: 'dev-other' })] });
    const query = 'query ($id: ID!) { device(id: $id) { name } }';
    expect(await smartHome.ask(RESIDENT, query, { id: idOf('Device', 'dev-asked') })).toEqual({
      data: { device: null },
    });
  });
});
