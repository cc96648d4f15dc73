/** The partner's records, parsed: what isn't listed here is left behind. */
import { z } from 'zod';

const owned = { id: z.string(), companyId: z.string(), residenceRef: z.string() };
const instant = z.iso.datetime({ offset: true });

export const deviceRecord = z.object({
  ...owned,
  kind: z.enum(['door-lock', 'light', 'thermostat', 'leak-sensor', 'motion-sensor', 'water-valve', 'smart-meter']),
  label: z.string(),
  online: z.boolean(),
  battery: z.number().int().min(0).max(100).nullable(),
  state: z.object({
    locked: z.boolean().nullish(),
    on: z.boolean().optional(),
    brightness: z.number().int().nullish(),
    temperature: z.number().optional(),
    targetTemperature: z.number().optional(),
    leaking: z.boolean().optional(),
    open: z.boolean().optional(),
    powerWatts: z.number().optional(),
  }),
  presence: z.string().optional(),
});

export const devicePage = z.object({ items: z.array(deviceRecord), nextCursor: z.string().optional() });
export const presence = z.object({ occupied: z.boolean(), lastMotionAt: instant.nullable() });
export const sceneRecord = z.object({ ...owned, label: z.string() });
export const sceneList = z.object({ items: z.array(sceneRecord) });
export const deviceEventRecord = z.object({ ...owned, deviceId: z.string(), detail: z.string() });
export const deviceEventList = z.object({ items: z.array(deviceEventRecord) });
export const deviceEventDetail = z.object({ kind: z.enum(['locked', 'unlocked', 'motion']), occurredAt: instant });

export const commandRecord = z.object({
  ...owned,
  idempotencyKey: z.string(),
  target: z.string(),
  status: z.enum(['accepted', 'done', 'failed']),
  reason: z.enum(['device-offline', 'not-supported', 'out-of-range']).optional(),
  acceptedAt: instant,
});
export const commandList = z.object({ items: z.array(commandRecord) });

export type DeviceRecord = z.output<typeof deviceRecord>;
export type SceneRecord = z.output<typeof sceneRecord>;
export type DeviceEventRecord = z.output<typeof deviceEventRecord>;
export type CommandRecord = z.output<typeof commandRecord>;
