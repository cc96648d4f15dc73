/** What the partner tells of its devices → changes of the graph's; and what it says of a device when that was missed. */
import { randomUUID } from 'node:crypto';
import type { AskEntity } from '@commonhold/kit/events/gaps.ts';
import type { ChangeSchema } from '@commonhold/kit/events/take-in.ts';
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { ConsentDirectory } from '@commonhold/kit/tenancy/consents.ts';
import { decodeId, encodeId, PART, residenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { Log } from '@commonhold/platform/log.ts';
import { z } from 'zod';
import { createSmartHomeClient, type SmartHomeVersions } from './client.ts';
import { TYPES } from './mapping.ts';

const key = z.string().regex(PART);
const ASK_MILLISECONDS = 10_000;

const deviceChanged = z.object({
  type: z.literal('device.changed'),
  companyId: z.string(),
  residenceRef: key,
  deviceId: key,
  /** Not motion sensors: that one has changed would tell that somebody is at home. */
  deviceKind: z.enum(['door-lock', 'light', 'thermostat', 'leak-sensor', 'water-valve', 'smart-meter']),
  sequence: z.number().int().min(1),
  occurredAt: z.iso.datetime({ offset: true }),
  alarm: z.enum(['leak', 'lock']).exactOptional(),
});

export const changeSchema: ChangeSchema = (tenant) =>
  deviceChanged.transform(({ residenceRef, deviceId, deviceKind, sequence, occurredAt, alarm }) => ({
    kind: 'device-changed' as const,
    entity: {
      type: TYPES[deviceKind],
      id: encodeId({ tenant, type: 'Device', residence: residenceKey(residenceRef), key: deviceId }),
    },
    sequence,
    occurredAt,
    ...(alarm ? { alarm } : {}),
  }));

export interface AskDeviceParts {
  readonly partner: Partner<SmartHomeVersions>;
  readonly consents: ConsentDirectory;
  readonly log: Log;
}

export function createAskDevice({ partner, consents, log }: AskDeviceParts): AskEntity {
  return async ({ company, entity }, signal) => {
    const { residence, key: device } = decodeId(entity.id) ?? {};
    if (residence === undefined || device === undefined) return undefined;
    const requestId = randomUUID();
    const allowed = await consents.of({ tenant: company, requestId, signal }).inForce([residence]);
    if (!allowed.has(residence)) return undefined;
    const deadline = Date.now() + ASK_MILLISECONDS;
    const request = { principal: { tenant: company }, requestId, isBackground: true, signal, log, deadline };
    const [record] = await createSmartHomeClient(partner, request).devices([device]);
    if (record?.residenceRef !== residence) return undefined;
    return { occurredAt: new Date().toISOString(), ...(record.state.leaking ? { alarm: 'leak' as const } : {}) };
  };
}
