/** What the sandbox partner tells of its devices, and what a test lets happen to them. */
import type { SandboxChanges } from '@commonhold/kit/sandbox/changes.ts';
import { Problem } from '@commonhold/kit/sandbox/problem.ts';
import { z } from 'zod';
import type { components } from '../partner/generated/v1.ts';
import type { SandboxDevice, SandboxEstate } from './estate.ts';

export type DeviceChanged = components['schemas']['DeviceChanged'];
type Alarm = NonNullable<DeviceChanged['alarm']>;

/** Of everything but motion sensors, as the partner's document has it. */
export function createTeller({
  tell,
}: SandboxChanges<DeviceChanged>): (device: SandboxDevice, alarm?: Alarm | undefined) => void {
  return ({ id, companyId, residenceRef, kind, state }, alarm = state.leaking ? 'leak' : undefined) => {
    if (kind === 'motion-sensor') return;
    tell(companyId, id, (counted) => ({
      type: 'device.changed',
      residenceRef,
      deviceId: id,
      deviceKind: kind,
      ...(alarm ? { alarm } : {}),
      ...counted,
    }));
  };
}

const happening = z.strictObject({
  device: z.string(),
  state: z.record(z.string(), z.union([z.boolean(), z.number(), z.null()])).default({}),
  alarm: z.enum(['leak', 'lock']).optional(),
});

/** For `POST /sandbox/changes`, such as `{ "device": "dev-…", "state": { "leaking": true } }`. */
export function createHappening(
  estate: SandboxEstate,
  told: (device: SandboxDevice, alarm?: Alarm | undefined) => void,
): (wanted: unknown) => void {
  return (wanted) => {
    const { success, data } = happening.safeParse(wanted);
    const device = success ? estate.devices.get(data.device) : undefined;
    if (!success || !device) throw new Problem(422, 'not-a-change', 'No such device or state');
    device.state = { ...device.state, ...data.state };
    told(device, data.alarm);
  };
}
