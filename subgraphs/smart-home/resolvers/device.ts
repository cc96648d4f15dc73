/** The interface, and one set of resolvers for each kind of device. */
import { connectionOf, type PageArguments, parsePage } from '@commonhold/kit/paging.ts';
import type { SubgraphContext } from '@commonhold/kit/subgraph-definition.ts';
import { residenceId } from '@commonhold/kit/tenancy/ids.ts';
import type {
  DeviceResolvers,
  DoorLockResolvers,
  LeakSensorResolvers,
  LightResolvers,
  MotionSensorResolvers,
  SmartMeterResolvers,
  ThermostatResolvers,
  WaterValveResolvers,
} from '../generated/resolvers.ts';
import type { Services } from '../loaders.ts';
import type { DeviceParent, ResidenceParent } from '../parents.ts';
import type { EntityResolvers } from './entity-resolver.ts';

type Context = SubgraphContext<Services>;

/** The most that the partner gives of one device. */
const GREATEST_HISTORY = 200;

export const Device: EntityResolvers<DeviceResolvers, DeviceParent> = {
  __resolveType: ({ __typename }) => __typename,
  __resolveReference: ({ id }, { loaders }) => loaders.device.load(id),
};

const residence = ({ residenceKey }: DeviceParent, _: unknown, { principal }: Context): ResidenceParent => ({
  id: residenceId(principal.tenant, residenceKey),
});

const events = async ({ key, residenceKey }: DeviceParent, args: PageArguments, { principal, loaders }: Context) => {
  const scope = { tenant: principal.tenant, list: `Device.events:${key}` };
  const { first, after } = parsePage(args, scope);
  const limit = after === undefined ? first + 1 : GREATEST_HISTORY;
  const history = await loaders.events.load({ device: key, residence: residenceKey, limit });
  return history && connectionOf(history, args, scope, ({ id }) => id);
};

export const DoorLock: DoorLockResolvers = { residence, events, locked: ({ state }) => state.locked ?? null };

export const Light: LightResolvers = {
  residence,
  on: ({ state }) => stated(state.on),
  brightnessPercent: ({ state }) => state.brightness ?? null,
};

export const Thermostat: ThermostatResolvers = {
  residence,
  temperatureCelsius: ({ state }) => stated(state.temperature).toFixed(1),
  targetTemperatureCelsius: ({ state }) => stated(state.targetTemperature).toFixed(1),
};

export const LeakSensor: LeakSensorResolvers = { residence, leaking: ({ state }) => stated(state.leaking) };

export const MotionSensor: MotionSensorResolvers = {
  residence,
  events,
  occupied: async ({ presence }) => (await presence())?.occupied ?? null,
  lastMotionAt: async ({ presence }) => (await presence())?.lastMotionAt ?? null,
};

export const WaterValve: WaterValveResolvers = { residence, open: ({ state }) => stated(state.open) };

export const SmartMeter: SmartMeterResolvers = {
  residence,
  powerWatts: ({ state }) => stated(state.powerWatts).toFixed(1),
};

/** What every device of the kind tells: a record without it is refused, and nothing is made up in its place. */
function stated<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a device without its state');
  return value;
}
