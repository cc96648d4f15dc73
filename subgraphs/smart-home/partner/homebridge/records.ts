/**
 * Homebridge's records, parsed: what isn't listed here is left behind, and so is what tells who is at home, which it
 * can't encrypt.
 */
import { z } from 'zod';

const number = z.number().nullish();
const flag = z
  .union([z.boolean(), z.literal(0), z.literal(1)])
  .nullish()
  .transform((value) => (value == null ? value : Boolean(value)));

/** By the types of HAP's characteristics; null or left out: the accessory doesn't tell. */
const values = z.object({
  On: flag,
  Brightness: number,
  LockCurrentState: number,
  LockTargetState: number,
  CurrentTemperature: number,
  TargetTemperature: number,
  LeakDetected: flag,
  Active: flag,
  InUse: flag,
  BatteryLevel: number,
});

export const serviceRecord = z.object({
  uniqueId: z.string().min(1),
  type: z.string(),
  serviceName: z.string(),
  accessoryInformation: z.object({ 'Serial Number': z.string().optional() }),
  values,
});
export const serviceList = z.array(serviceRecord);

export type ServiceRecord = z.output<typeof serviceRecord>;
export type Values = ServiceRecord['values'];
