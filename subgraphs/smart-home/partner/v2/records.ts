/** Records of version 2, parsed into ours: what isn't listed here is left behind. */
import { word } from '@commonhold/kit/partner/words.ts';
import { PART } from '@commonhold/kit/tenancy/ids.ts';
import { z } from 'zod';
import type { DeviceState } from '../records.ts';
import { BOLTS, CATEGORIES, CAUSES, EVENTS, OUTCOMES } from './words.ts';

const key = z.string().regex(PART);
const ref = z.object({ value: key }).transform(({ value }) => value);
const owned = { id: ref, companyId: z.string(), residence: ref };
const instant = z.iso.datetime({ offset: true });
const whole = z.number().int();
const percent = whole
  .min(0)
  .max(1_000)
  .transform((permille) => Math.round(permille / 10));
const degrees = whole.transform((hundredths) => hundredths / 100);
const itemsOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });

/** A device without its state. */
const deviceRecord = z
  .object({
    ...owned,
    category: word(CATEGORIES),
    displayName: z.string(),
    connectivity: z.enum(['ONLINE', 'OFFLINE']),
    batteryPermille: percent.nullable(),
    presence: z.string().optional(),
  })
  .transform(({ id, companyId, residence: residenceRef, category: kind, displayName: label, presence, ...record }) => ({
    ...{ id, companyId, residenceRef, kind, label, presence },
    online: record.connectivity === 'ONLINE',
    battery: record.batteryPermille,
    apiVersion: 'v2',
  }));

const deviceState = z
  .object({
    companyId: z.string(),
    device: ref,
    bolt: word(BOLTS).optional(),
    lit: z.boolean().optional(),
    brightnessPermille: percent.nullish(),
    centiCelsius: degrees.optional(),
    targetCentiCelsius: degrees.optional(),
    wet: z.boolean().optional(),
    flows: z.boolean().optional(),
    milliwatts: whole.optional(),
  })
  .transform(({ device, bolt, lit, wet, flows, milliwatts, ...record }) => {
    const state: DeviceState = {
      locked: bolt,
      on: lit,
      brightness: record.brightnessPermille,
      temperature: record.centiCelsius,
      targetTemperature: record.targetCentiCelsius,
      leaking: wet,
      open: flows,
      powerWatts: milliwatts === undefined ? undefined : milliwatts / 1_000,
    };
    return { device, state };
  });

const sceneRecord = z
  .object({ ...owned, title: z.string() })
  .transform(({ residence: residenceRef, title: label, ...record }) => ({ ...record, residenceRef, label }));

const deviceEventRecord = z
  .object({ ...owned, device: ref, detail: z.string() })
  .transform(({ residence: residenceRef, device: deviceId, ...record }) => ({
    ...record,
    ...{ residenceRef, deviceId, apiVersion: 'v2' },
  }));

export const commandRecord = z
  .object({
    ...owned,
    key,
    subject: ref,
    outcome: word(OUTCOMES),
    cause: word(CAUSES).optional(),
    takenAt: instant,
  })
  .transform(({ id, companyId, residence: residenceRef, key: idempotencyKey, subject: target, ...record }) => ({
    ...{ id, companyId, residenceRef, idempotencyKey, target },
    status: record.outcome,
    reason: record.cause,
    acceptedAt: record.takenAt,
  }));

export const presence = z
  .object({ present: z.boolean(), lastMovementAt: instant.nullable() })
  .transform(({ present: occupied, lastMovementAt: lastMotionAt }) => ({ occupied, lastMotionAt }));
export const deviceEventDetail = z
  .object({ type: word(EVENTS), at: instant })
  .transform(({ type: kind, at: occurredAt }) => ({ kind, occurredAt }));

export const devicePage = z.object({
  items: z.array(deviceRecord),
  next: z.object({ after: ref }).nullable(),
});
export const deviceStateList = itemsOf(deviceState);
export const sceneList = itemsOf(sceneRecord);
export const deviceEventList = itemsOf(deviceEventRecord);
export const commandList = itemsOf(commandRecord);

export type StatelessDevice = z.output<typeof deviceRecord>;
