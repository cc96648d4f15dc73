/** The partner's records, parsed: what isn't listed here is left behind. */
import { PART } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';

const key = z.string().regex(PART);
const owned = { id: key, companyId: z.string(), residenceRef: key };
const instant = z.iso.datetime({ offset: true });

const deviceState = z.object({
  locked: z.boolean().nullish(),
  on: z.boolean().optional(),
  brightness: z.number().int().min(0).max(100).nullish(),
  temperature: z.number().optional(),
  targetTemperature: z.number().optional(),
  leaking: z.boolean().optional(),
  open: z.boolean().optional(),
  powerWatts: z.number().optional(),
});

/** What a device of each kind always tells. What is left out is not taken for dry, dark or closed. */
const STATED: Readonly<Record<string, readonly (keyof z.output<typeof deviceState>)[]>> = {
  light: ['on'],
  thermostat: ['temperature', 'targetTemperature'],
  'leak-sensor': ['leaking'],
  'water-valve': ['open'],
  'smart-meter': ['powerWatts'],
};

export const deviceRecord = z
  .object({
    ...owned,
    kind: z.enum(['door-lock', 'light', 'thermostat', 'leak-sensor', 'motion-sensor', 'water-valve', 'smart-meter']),
    label: z.string(),
    online: z.boolean(),
    battery: z.number().int().min(0).max(100).nullable(),
    state: deviceState,
    presence: z.string().optional(),
  })
  .superRefine(({ kind, state }, context) => {
    const missing = STATED[kind]?.find((member) => state[member] === undefined);
    if (missing) context.addIssue({ code: 'custom', path: ['state', missing] });
  });

export const devicePage = z.object({ items: z.array(deviceRecord), nextCursor: z.string().optional() });
export const presence = z.object({ occupied: z.boolean(), lastMotionAt: instant.nullable() });
export const sceneRecord = z.object({ ...owned, label: z.string() });
export const sceneList = z.object({ items: z.array(sceneRecord) });
export const deviceEventRecord = z.object({ ...owned, deviceId: key, detail: z.string() });
export const deviceEventList = z.object({ items: z.array(deviceEventRecord) });
export const deviceEventDetail = z.object({ kind: z.enum(['locked', 'unlocked', 'motion']), occurredAt: instant });

export const commandRecord = z.object({
  ...owned,
  idempotencyKey: key,
  target: key,
  status: z.enum(['accepted', 'done', 'failed']),
  reason: z.enum(['device-offline', 'not-supported', 'out-of-range']).optional(),
  acceptedAt: instant,
});
export const commandList = z.object({ items: z.array(commandRecord) });

export type DeviceRecord = z.output<typeof deviceRecord>;
export type SceneRecord = z.output<typeof sceneRecord>;
export type DeviceEventRecord = z.output<typeof deviceEventRecord>;
export type CommandRecord = z.output<typeof commandRecord>;
