import { encodeId, residenceKey, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { describe, expect, it } from '@jest/globals';
import { devicesAmong, mayBeDevice } from './devices.ts';
import { type ServiceRecord, serviceRecord } from './records.ts';

const TENANT = tenantId('riverside');
const server = {
  tenant: TENANT,
  apiVersion: 'v5',
  serves: (residence: string) => residence.startsWith('p20-'),
};

const service = (serial: string, type: string, values: object): ServiceRecord =>
  serviceRecord.parse({
    uniqueId: `${serial}/${type}`,
    type,
    serviceName: serial,
    accessoryInformation: { 'Serial Number': serial, Manufacturer: 'somebody' },
    values,
  });
const light = (serial: string) => service(serial, 'Lightbulb', { On: 1 });
const keys = (...services: readonly ServiceRecord[]) => [...devicesAmong(services, server).keys()];

describe("a service of Homebridge's", () => {
  it('is a device of the residence that its serial number begins with', () => {
    const found = devicesAmong([light('p20-r01.kitchen')], server).get('p20-r01.kitchen:Lightbulb');
    const residence = residenceKey('p20-r01');
    expect(found?.device).toMatchObject({
      id: encodeId({ tenant: TENANT, type: 'Device', residence, key: 'p20-r01.kitchen:Lightbulb' }),
      residenceKey: residence,
      __typename: 'Light',
      state: { on: true, brightness: null },
      batteryPercent: null,
    });
  });

  it.each([
    ['has no serial number', service('', 'Lightbulb', { On: 1 })],
    ['names no residence', light('kitchen')],
    ['names a residence of another building', light('p19-r01.kitchen')],
    ['has a serial number that no id could hold', light('p20-r01/x.kitchen')],
    ['is of a type that is no device', service('p20-r01.kitchen', 'ProtocolInformation', {})],
    ["doesn't tell its state", service('p20-r01.kitchen', 'Lightbulb', { Brightness: 20 })],
    ['tells half of its state', service('p20-r01.kitchen', 'Thermostat', { CurrentTemperature: 20 })],
  ])('that %s is none', (_, record) => {
    expect(keys(record)).toEqual([]);
  });

  it('that is called as another one is none, and neither is the other: they could be mixed up', () => {
    expect(keys(light('p20-r01.kitchen'), light('p20-r01.kitchen'), light('p20-r01.hall'))).toEqual([
      'p20-r01.hall:Lightbulb',
    ]);
  });

  it('has the battery of its accessory', () => {
    const lock = service('p20-r01.door', 'LockMechanism', { LockCurrentState: 3, LockTargetState: 1 });
    const battery = service('p20-r01.door', 'Battery', { BatteryLevel: 41 });
    const { device } = devicesAmong([battery, lock], server).get('p20-r01.door:LockMechanism') ?? {};
    expect(device).toMatchObject({ batteryPercent: 41, state: { locked: null } });
  });

  it('is taken without what tells who is at home', () => {
    const sensor = service('p20-r01.hall', 'MotionSensor', { MotionDetected: 1 });
    expect(JSON.stringify(sensor)).not.toContain('MotionDetected');
  });
});

describe('an id', () => {
  const id = (residence: string, key: string) =>
    ({ tenant: TENANT, type: 'Device', residence: residenceKey(residence), key }) as const;

  it.each([
    [true, id('p20-r01', 'p20-r01.kitchen:Lightbulb')],
    [false, id('p20-r02', 'p20-r01.kitchen:Lightbulb')],
    [false, id('p20-r01', 'p20-r01.kitchen')],
    [false, id('p20-r01', 'p20-r01.kitchen:Battery')],
    [false, id('p20', 'p20-r01.kitchen:Lightbulb')],
  ])('may name a device: %s, %j', (expected, candidate) => {
    expect(mayBeDevice(candidate)).toBe(expected);
  });
});
