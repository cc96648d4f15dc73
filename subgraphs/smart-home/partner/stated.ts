/** What a device of each kind always tells. What is left out is not taken for dry, dark or closed. */
import type { DeviceKindWord, DeviceState } from './records.ts';

const STATED: Readonly<Record<DeviceKindWord, readonly (keyof DeviceState)[]>> = {
  'door-lock': [],
  light: ['on'],
  thermostat: ['temperature', 'targetTemperature'],
  'leak-sensor': ['leaking'],
  'motion-sensor': [],
  'water-valve': ['open'],
  'smart-meter': ['powerWatts'],
};

/** The first member that the state of a device of this kind lacks. */
export function missingIn(state: DeviceState, kind: DeviceKindWord): keyof DeviceState | undefined {
  return STATED[kind].find((member) => state[member] === undefined);
}
