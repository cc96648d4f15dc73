import { describe, expect, it } from '@jest/globals';
import { serviceRecord, type Values } from './records.ts';
import { outcomeOf, settingsOf } from './settings.ts';

const values = (given: object): Values => serviceRecord.shape.values.parse(given);

describe('an order', () => {
  it.each([
    ['DONE', null, { action: 'switch', on: true }, { On: 1 }],
    ['FAILED', 'not-as-ordered', { action: 'switch', on: true }, { On: 0 }],
    ['FAILED', 'not-as-ordered', { action: 'switch', on: true, brightness: 80 }, { On: 1, Brightness: 60 }],
    ['FAILED', 'not-as-ordered', { action: 'switch', on: false }, {}],
    ['DONE', null, { action: 'lock' }, { LockTargetState: 1, LockCurrentState: 1 }],
    ['ACCEPTED', null, { action: 'lock' }, { LockTargetState: 1, LockCurrentState: 0 }],
    ['FAILED', 'jammed', { action: 'lock' }, { LockTargetState: 1, LockCurrentState: 2 }],
    ['FAILED', 'not-as-ordered', { action: 'unlock' }, { LockTargetState: 1, LockCurrentState: 1 }],
    ['DONE', null, { action: 'close' }, { Active: 0, InUse: 0 }],
    ['ACCEPTED', null, { action: 'close' }, { Active: 0, InUse: 1 }],
    ['DONE', null, { action: 'set-temperature', temperature: 21.5 }, { TargetTemperature: 21.5 }],
    ['FAILED', 'not-as-ordered', { action: 'set-temperature', temperature: 21.5 }, { TargetTemperature: 21 }],
  ] as const)('is %s (%s) when after %j the device says %j', (status, reason, order, after) => {
    expect(outcomeOf(order, values(after))).toEqual({ status, reason });
  });

  it('of two things is given one after the other, so that the light is on or off in the end as ordered', () => {
    expect(settingsOf({ action: 'switch', on: false, brightness: 30 })).toEqual([
      { characteristicType: 'Brightness', value: 30 },
      { characteristicType: 'On', value: false },
    ]);
  });

  it('to run a scene is none that it knows', () => {
    expect(settingsOf({ action: 'run' })).toEqual([]);
  });
});
