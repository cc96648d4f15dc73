/** What resolvers return for a type, and what the resolvers of that type's fields are given. */
import type { OpaqueId, ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { CommandStatus, Source } from './generated/resolvers.ts';
import type { DeviceRecord } from './partner/records.ts';

export interface ResidenceParent {
  readonly id: OpaqueId;
}

/** Any device: the partner's record, read by the resolvers of its kind. */
export interface DeviceParent {
  readonly __typename: DeviceTypeName;
  readonly id: OpaqueId;
  readonly key: string;
  readonly residenceKey: ResidenceKey;
  readonly kind: DeviceRecord['kind'];
  readonly name: string;
  readonly reachable: boolean;
  readonly batteryPercent: number | null;
  readonly state: DeviceRecord['state'];
  readonly source: Source;
  /** Opens a motion sensor's personal part, once. */
  presence(): Promise<{ readonly occupied: boolean; readonly lastMotionAt: string | null } | null>;
}

export type DeviceTypeName =
  | 'DoorLock'
  | 'Light'
  | 'Thermostat'
  | 'LeakSensor'
  | 'MotionSensor'
  | 'WaterValve'
  | 'SmartMeter';

export type DoorLockParent = DeviceParent;
export type LightParent = DeviceParent;
export type ThermostatParent = DeviceParent;
export type LeakSensorParent = DeviceParent;
export type MotionSensorParent = DeviceParent;
export type WaterValveParent = DeviceParent;
export type SmartMeterParent = DeviceParent;

export interface SceneParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly name: string;
  readonly residenceKey: ResidenceKey;
}

export interface CommandParent {
  readonly id: OpaqueId;
  readonly residenceKey: ResidenceKey;
  /** The partner's key of the device or scene. */
  readonly target: string;
  readonly status: CommandStatus;
  readonly reason: string | null;
  readonly acceptedAt: string;
}
