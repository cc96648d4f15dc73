/** What the graph asks of whoever holds the devices of a residence, in the graph's own terms; made for each request. */
import type { PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import type { ResidenceKey, TypedId } from '@commonhold/kit/tenancy/ids.ts';
import type { DeviceEvent } from '../generated/resolvers.ts';
import type { CommandParent, DeviceParent, SceneParent } from '../parents.ts';
import type { DeviceQuestion, Order } from './client.ts';

export type DeviceOrder = Omit<Order, 'target'>;

/** All of it may fail with a `PartnerError`. What isn't there is left out of the answer. */
export interface DevicePartner {
  devicesOf(residences: readonly ResidenceKey[]): Promise<readonly DeviceParent[]>;
  devices(ids: readonly TypedId[]): Promise<readonly DeviceParent[]>;
  devicePage(question: DeviceQuestion): Promise<PartnerPage<DeviceParent>>;
  scenesOf(residences: readonly ResidenceKey[]): Promise<readonly SceneParent[]>;
  scenes(ids: readonly TypedId[]): Promise<readonly SceneParent[]>;
  /** The newest `limit` events by the device's key; a device whose history nobody keeps is left out. */
  events(devices: readonly string[], limit: number): Promise<ReadonlyMap<string, readonly DeviceEvent[]>>;
  /** Carried out once for a key, however often it is given. */
  order(key: string, target: DeviceParent | SceneParent, order: DeviceOrder): Promise<CommandParent>;
  commands(ids: readonly TypedId[]): Promise<readonly CommandParent[]>;
}
