/** Words of version 2 → those of our records. */

export const CATEGORIES = {
  LOCK: 'door-lock',
  LAMP: 'light',
  CLIMATE: 'thermostat',
  LEAK: 'leak-sensor',
  MOTION: 'motion-sensor',
  VALVE: 'water-valve',
  METER: 'smart-meter',
} as const;

export const VERBS = {
  LOCK: 'lock',
  UNLOCK: 'unlock',
  SWITCH: 'switch',
  SET_TEMPERATURE: 'set-temperature',
  CLOSE: 'close',
  RUN: 'run',
} as const;

export const EVENTS = { LOCKED: 'locked', UNLOCKED: 'unlocked', MOVEMENT: 'motion' } as const;
export const OUTCOMES = { PENDING: 'accepted', SUCCEEDED: 'done', FAILED: 'failed' } as const;
export const CAUSES = {
  OFFLINE: 'device-offline',
  UNSUPPORTED: 'not-supported',
  OUT_OF_RANGE: 'out-of-range',
} as const;
export const BOLTS = { CLOSED: true, OPEN: false, UNKNOWN: null } as const;
