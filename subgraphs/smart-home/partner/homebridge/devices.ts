/** Services of Homebridge → devices of the graph: names, kinds, states and ids of both sides meet here. */
import {
  encodeId,
  PART,
  type ResidenceKey,
  residenceKey,
  type TenantId,
  type TypedId,
} from '@commonhold/kit/tenancy/ids.ts';
import type { DeviceParent } from '../../parents.ts';
import { TYPES } from '../mapping.ts';
import type { ServiceRecord, Values } from './records.ts';

export interface HomebridgeDevice {
  readonly device: DeviceParent;
  readonly service: ServiceRecord;
}

/** What a server's devices have in common. */
export interface HomebridgeServer {
  readonly tenant: TenantId;
  readonly apiVersion: string;
  /** Whether this residence is one of those that the contract names. */
  serves(residence: ResidenceKey): boolean;
}

type State = DeviceParent['state'];
type Kind = readonly [kind: DeviceParent['kind'], stateOf: (values: Values) => State | undefined];

const LOCKED: ReadonlyMap<number | null | undefined, boolean> = new Map([
  [0, false],
  [1, true],
]);

/** What each type of service is to the graph. No state: it doesn't tell what every device of its kind tells. */
const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['LockMechanism', ['door-lock', ({ LockCurrentState }) => ({ locked: LOCKED.get(LockCurrentState) ?? null })]],
  [
    'Lightbulb',
    ['light', ({ On, Brightness = null }) => (On == null ? undefined : { on: On, brightness: Brightness })],
  ],
  ['Thermostat', ['thermostat', temperatures]],
  ['LeakSensor', ['leak-sensor', ({ LeakDetected }) => (LeakDetected == null ? undefined : { leaking: LeakDetected })]],
  ['MotionSensor', ['motion-sensor', () => ({})]],
  ['Valve', ['water-valve', ({ Active }) => (Active == null ? undefined : { open: Active })]],
]);

function temperatures({ CurrentTemperature, TargetTemperature }: Values): State | undefined {
  if (CurrentTemperature == null || TargetTemperature == null) return undefined;
  return { temperature: CurrentTemperature, targetTemperature: TargetTemperature };
}

/** A serial number, which is a residence's key, a dot and a name; then the type of the service. */
const KEY = /^(.+)\.[A-Za-z0-9_~-]+:([A-Za-z]+)$/;

/** Whether this can be the id of a device here; what can't isn't worth a question. */
export function mayBeDevice({ residence, key }: TypedId): boolean {
  const [, owner, type = ''] = KEY.exec(key) ?? [];
  return owner === residence && KINDS.has(type);
}

/** The devices among the services, by key. Two that are called the same can't be told apart: neither is one. */
export function devicesAmong(
  services: readonly ServiceRecord[],
  server: HomebridgeServer,
): ReadonlyMap<string, HomebridgeDevice> {
  const fetchedAt = new Date().toISOString();
  const batteries = new Map(
    services
      .filter(({ type }) => type === 'Battery')
      .map((battery) => [serialOf(battery), battery.values.BatteryLevel]),
  );
  const found = services.flatMap((service) => {
    const serial = serialOf(service);
    const device = deviceOf(service, batteries.get(serial) ?? null, fetchedAt, server);
    return device ? [{ device, service }] : [];
  });
  const groups = Map.groupBy(found, ({ device }) => device.key);
  return new Map([...groups].flatMap(([key, [only, ...more]]) => (only && more.length === 0 ? [[key, only]] : [])));
}

function deviceOf(
  service: ServiceRecord,
  batteryPercent: number | null,
  fetchedAt: string,
  { tenant, apiVersion, serves }: HomebridgeServer,
): DeviceParent | undefined {
  const key = `${serialOf(service)}:${service.type}`;
  const [, owner] = KEY.exec(key) ?? [];
  const [kind, stateOf] = KINDS.get(service.type) ?? [];
  const state = stateOf?.(service.values);
  if (owner === undefined || !PART.test(key) || !kind || !state) return undefined;
  const residence = residenceKey(owner);
  if (!serves(residence)) return undefined;
  return {
    __typename: TYPES[kind],
    id: encodeId({ tenant, type: 'Device', residence, key }),
    key,
    residenceKey: residence,
    kind,
    name: service.serviceName,
    reachable: true,
    batteryPercent,
    state,
    source: { partner: 'homebridge', apiVersion, fetchedAt, stale: false },
    presence: async () => null,
  };
}

function serialOf({ accessoryInformation }: ServiceRecord): string {
  return accessoryInformation['Serial Number'] ?? '';
}
