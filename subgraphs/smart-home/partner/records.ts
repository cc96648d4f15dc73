/** What the partner's records say, in whichever version of its API they came: what the subgraph works by. */

export type DeviceKindWord =
  | 'door-lock'
  | 'light'
  | 'thermostat'
  | 'leak-sensor'
  | 'motion-sensor'
  | 'water-valve'
  | 'smart-meter';

/** A record of a residence. */
interface Owned {
  readonly id: string;
  readonly companyId: string;
  readonly residenceRef: string;
}

/** A record that has a source, or something encrypted as its version has it. */
interface Served extends Owned {
  /** The version that it came in. */
  readonly apiVersion: string;
}

export interface DeviceRecord extends Served {
  readonly kind: DeviceKindWord;
  readonly label: string;
  readonly online: boolean;
  readonly battery: number | null;
  readonly state: DeviceState;
  /** Of a motion sensor: a `Presence`, encrypted. */
  readonly presence?: string | undefined;
}

/** What a device of each kind tells. Temperatures in degrees Celsius. */
export interface DeviceState {
  readonly locked?: boolean | null | undefined;
  readonly on?: boolean | undefined;
  readonly brightness?: number | null | undefined;
  readonly temperature?: number | undefined;
  readonly targetTemperature?: number | undefined;
  readonly leaking?: boolean | undefined;
  readonly open?: boolean | undefined;
  readonly powerWatts?: number | undefined;
}

export interface Presence {
  readonly occupied: boolean;
  readonly lastMotionAt: string | null;
}

export interface SceneRecord extends Owned {
  readonly label: string;
}

export interface DeviceEventRecord extends Served {
  readonly deviceId: string;
  /** A `DeviceEventDetail`, encrypted. */
  readonly detail: string;
}

export interface DeviceEventDetail {
  readonly kind: 'locked' | 'unlocked' | 'motion';
  readonly occurredAt: string;
}

export interface CommandRecord extends Owned {
  readonly idempotencyKey: string;
  readonly target: string;
  readonly status: 'accepted' | 'done' | 'failed';
  readonly reason?: 'device-offline' | 'not-supported' | 'out-of-range' | undefined;
  readonly acceptedAt: string;
}
