/** The smart-home partner's API for one request, in terms that its versions have in common. */
import type { CompanyRequest, Partner } from '@commonhold/kit/partner/partner.ts';
import type { PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import { serveByVersion } from '@commonhold/kit/partner/versions/serve.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { paths as v1 } from './generated/v1.ts';
import type { paths as v2 } from './generated/v2.ts';
import type {
  CommandRecord,
  DeviceEventDetail,
  DeviceEventRecord,
  DeviceRecord,
  Presence,
  SceneRecord,
} from './records.ts';
import { createV1Client } from './v1/client.ts';
import { createV2Client } from './v2/client.ts';

/** The versions that are spoken. */
export interface SmartHomeVersions {
  readonly v1: v1;
  readonly v2: v2;
}

export interface SmartHomeClient {
  /** All devices of the residences, however many pages they fill. */
  devicesOf(residences: readonly ResidenceKey[]): Promise<readonly DeviceRecord[]>;
  devices(ids: readonly string[]): Promise<readonly DeviceRecord[]>;
  devicePage(question: DeviceQuestion): Promise<PartnerPage<DeviceRecord>>;
  scenesOf(residences: readonly ResidenceKey[]): Promise<readonly SceneRecord[]>;
  scenes(ids: readonly string[]): Promise<readonly SceneRecord[]>;
  /** The newest `limit` events of each device. */
  events(devices: readonly string[], limit: number): Promise<readonly DeviceEventRecord[]>;
  /** Carried out once for a key, however often it is sent. */
  order(key: string, order: Order): Promise<CommandRecord>;
  /** What became of the orders with these keys; of one that never arrived there is no record. */
  commands(keys: readonly string[]): Promise<readonly CommandRecord[]>;
  /** null: the device doesn't tell who is at home. */
  openPresence(device: DeviceRecord): Promise<Presence | null>;
  openEvent(event: DeviceEventRecord): Promise<DeviceEventDetail>;
}

export interface Order {
  /** Key of a device or scene. */
  readonly target: string;
  readonly action: 'lock' | 'unlock' | 'switch' | 'set-temperature' | 'close' | 'run';
  readonly on?: boolean;
  readonly brightness?: number;
  /** In degrees Celsius. */
  readonly temperature?: number;
}

export interface DeviceQuestion {
  readonly residences: readonly ResidenceKey[];
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** @throws {PartnerError} PARTNER_REJECTED when the contract doesn't list the request's company */
export function createSmartHomeClient(partner: Partner<SmartHomeVersions>, request: CompanyRequest): SmartHomeClient {
  const served = serveByVersion<SmartHomeVersions, SmartHomeClient>(partner, request, {
    v1: createV1Client,
    v2: createV2Client,
  });
  return {
    devicesOf: (residences) => served.query('devicesOf', (api) => api.devicesOf(residences)),
    devices: (ids) => served.query('devices', (api) => api.devices(ids)),
    devicePage: (question) =>
      served.page('devicePage', question.cursor, (api, cursor) => api.devicePage({ ...question, cursor })),
    scenesOf: (residences) => served.query('scenesOf', (api) => api.scenesOf(residences)),
    scenes: (ids) => served.query('scenes', (api) => api.scenes(ids)),
    events: (devices, limit) => served.query('events', (api) => api.events(devices, limit)),
    order: (key, order) => served.order((api) => api.order(key, order)),
    commands: (keys) => served.query('commands', (api) => api.commands(keys)),
    openPresence: (device) => served.open(device.apiVersion, (api) => api.openPresence(device)),
    openEvent: (event) => served.open(event.apiVersion, (api) => api.openEvent(event)),
  };
}
