/** Who asks, and what of the schema is not for an analyst: half of the fields that hold values. */

export const ROLES = ['DISPATCHER', 'ANALYST'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Type → fields, as the policies of `schema/` say it for the product; for the other sides, which have none. That both say
 * the same is checked by comparing the answers.
 */
export const NOT_FOR_ANALYSTS: Readonly<Record<string, readonly string[]>> = {
  Residence: ['number', 'areaSquareMeters'],
  Device: ['name', 'batteryPercent', 'on', 'temperatureCelsius'],
  UtilityAccount: ['status'],
  Meter: ['serial', 'unit'],
};
