/** Words of version 2 → those of our records. */

export const MEDIA = {
  WATER_COLD: 'cold-water',
  WATER_HOT: 'hot-water',
  POWER: 'electricity',
  HEAT: 'heat',
  GAS: 'gas',
} as const;

export const STATES = {
  NEW: 'open',
  ASSIGNED: 'assigned',
  IN_WORK: 'in-progress',
  CLOSED: 'done',
  WITHDRAWN: 'cancelled',
} as const;

export const TOPICS = {
  WATER: 'plumbing',
  HEATING: 'heating',
  POWER: 'electrical',
  ACCESS: 'access',
  OTHER: 'other',
} as const;

export const REFUSALS = {
  UNKNOWN_METER: 'meter-not-found',
  LOWER_THAN_LAST: 'below-last-reading',
  TO_COME: 'in-the-future',
  IMPLAUSIBLE: 'not-plausible',
} as const;

export const CHANNELS = { REMOTE: 'automatic', TENANT: 'resident', LANDLORD: 'operator' } as const;
export const READING_STATES = { PENDING: 'submitted', ACCEPTED: 'confirmed', REFUSED: 'rejected' } as const;
