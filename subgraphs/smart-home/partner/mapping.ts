/** The partner's records → what the graph shows: names, units and ids of both sides meet here and nowhere else. */
import {
  encodeId,
  type OpaqueId,
  type ResidenceKey,
  residenceKey,
  type TenantId,
} from '@commonhold/kit/tenancy/ids.ts';
import type { DeviceEvent, Source } from '../generated/resolvers.ts';
import type { CommandParent, DeviceParent, DeviceTypeName, SceneParent } from '../parents.ts';
import type { SmartHomeClient } from './client.ts';
import type { CommandRecord, DeviceEventRecord, DeviceRecord, SceneRecord } from './records.ts';

export const TYPES: Readonly<Record<DeviceRecord['kind'], DeviceTypeName>> = {
  'door-lock': 'DoorLock',
  light: 'Light',
  thermostat: 'Thermostat',
  'leak-sensor': 'LeakSensor',
  'motion-sensor': 'MotionSensor',
  'water-valve': 'WaterValve',
  'smart-meter': 'SmartMeter',
};

const EVENT_KINDS = { locked: 'LOCKED', unlocked: 'UNLOCKED', motion: 'MOTION' } as const;
const COMMAND_STATUSES = { accepted: 'ACCEPTED', done: 'DONE', failed: 'FAILED' } as const;

export interface Mapping {
  device(record: DeviceRecord): DeviceParent;
  scene(record: SceneRecord): SceneParent;
  event(record: DeviceEventRecord): Promise<DeviceEvent>;
  command(record: CommandRecord): CommandParent;
}

export function createMapping(client: SmartHomeClient, tenant: TenantId): Mapping {
  const source = ({ apiVersion }: DeviceRecord): Source => ({
    partner: 'smart-home',
    apiVersion,
    fetchedAt: new Date().toISOString(),
    stale: false,
  });
  return {
    device: (record) => {
      let opened: ReturnType<DeviceParent['presence']> | undefined;
      return {
        __typename: TYPES[record.kind],
        id: ownedId(tenant, 'Device', record),
        key: record.id,
        residenceKey: residenceKey(record.residenceRef),
        kind: record.kind,
        name: record.label,
        reachable: record.online,
        batteryPercent: record.battery,
        state: record.state,
        source: source(record),
        presence: () => {
          opened ??= client.openPresence(record);
          return opened;
        },
      };
    },
    scene: (record) => ({
      id: ownedId(tenant, 'Scene', record),
      key: record.id,
      name: record.label,
      residenceKey: residenceKey(record.residenceRef),
    }),
    event: async (record) => {
      const { kind, occurredAt } = await client.openEvent(record);
      return { id: ownedId(tenant, 'DeviceEvent', record), kind: EVENT_KINDS[kind], occurredAt };
    },
    command: (record) => ({
      id: commandId(tenant, residenceKey(record.residenceRef), record.idempotencyKey),
      residenceKey: residenceKey(record.residenceRef),
      target: record.target,
      status: COMMAND_STATUSES[record.status],
      reason: record.reason ?? null,
      acceptedAt: record.acceptedAt,
    }),
  };
}

/** A command is called by the key that it was ordered with: that is known even when the partner's answer is lost. */
export function commandId(tenant: TenantId, residence: ResidenceKey, idempotencyKey: string): OpaqueId {
  return encodeId({ tenant, type: 'Command', residence, key: idempotencyKey });
}

function ownedId(
  tenant: TenantId,
  type: string,
  { id, residenceRef }: { readonly id: string; readonly residenceRef: string },
): OpaqueId {
  return encodeId({ tenant, type, residence: residenceKey(residenceRef), key: id });
}
