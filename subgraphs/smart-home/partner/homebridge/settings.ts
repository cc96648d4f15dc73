/** Orders of the graph → characteristics of Homebridge, and what their values tell about an order. */
import type { CommandParent } from '../../parents.ts';
import type { DeviceOrder } from '../device-partner.ts';
import type { Setting } from './client.ts';
import type { Values } from './records.ts';

export type Outcome = Pick<CommandParent, 'status' | 'reason'>;

const [UNSECURED, SECURED, JAMMED] = [0, 1, 2];

/** What has to be set, in this order. Each setting says how it shall be, so that setting it twice changes nothing. */
export function settingsOf({ action, on, brightness, temperature }: DeviceOrder): readonly Setting[] {
  switch (action) {
    case 'switch':
      // Dimmed first: some lights go on when they are dimmed.
      return [
        ...(brightness === undefined ? [] : [{ characteristicType: 'Brightness', value: brightness } as const]),
        ...(on === undefined ? [] : [{ characteristicType: 'On', value: on } as const]),
      ];
    case 'lock':
      return [{ characteristicType: 'LockTargetState', value: SECURED }];
    case 'unlock':
      return [{ characteristicType: 'LockTargetState', value: UNSECURED }];
    case 'set-temperature':
      return temperature === undefined ? [] : [{ characteristicType: 'TargetTemperature', value: temperature }];
    case 'close':
      return [{ characteristicType: 'Active', value: false }];
    case 'run':
      return [];
  }
}

/** What became of an order, by the values that the device has after it. */
export function outcomeOf(order: DeviceOrder, values: Values): Outcome {
  const isTaken = settingsOf(order).every(({ characteristicType, value }) => values[characteristicType] === value);
  if (!isTaken) return { status: 'FAILED', reason: 'not-as-ordered' };
  if (order.action === 'lock' || order.action === 'unlock') {
    if (values.LockCurrentState === JAMMED) return { status: 'FAILED', reason: 'jammed' };
    if (values.LockCurrentState !== values.LockTargetState) return { status: 'ACCEPTED', reason: null };
  }
  if (order.action === 'close' && values.InUse) return { status: 'ACCEPTED', reason: null };
  return { status: 'DONE', reason: null };
}
