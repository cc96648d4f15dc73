/** Records of version 1, parsed: what isn't listed here is left behind. */
import { PART } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';
import { missingIn } from '../stated.ts';

const key = z.string().regex(PART);
const owned = { id: key, companyId: z.string(), residenceRef: key };
/** The version that a record came in. */
const served = <Found extends object>(record: Found) => ({ ...record, apiVersion: 'v1' });
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

const deviceRecord = z
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
    const missing = missingIn(state, kind);
    if (missing) context.addIssue({ code: 'custom', path: ['state', missing] });
  })
  .transform(served);

export const devicePage = z.object({ items: z.array(deviceRecord), nextCursor: z.string().optional() });
export const presence = z.object({ occupied: z.boolean(), lastMotionAt: instant.nullable() });
const sceneRecord = z.object({ ...owned, label: z.string() });
export const sceneList = z.object({ items: z.array(sceneRecord) });
const deviceEventRecord = z.object({ ...owned, deviceId: key, detail: z.string() }).transform(served);
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
