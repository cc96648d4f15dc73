/** A Homebridge server as a holder of devices. Whatever is asked of it in one request is read from it once. */
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { DeviceParent } from '../../parents.ts';
import type { DevicePartner } from '../device-partner.ts';
import { createHomebridgeClient, type HomebridgeVersions } from './client.ts';
import { devicesAmong, type HomebridgeDevice, mayBeDevice } from './devices.ts';
import { createOrders, type OrderMemory } from './orders.ts';

export function createHomebridge(
  homebridge: Partner<HomebridgeVersions>,
  memory: OrderMemory,
  request: SubgraphRequest,
): DevicePartner {
  const { partner } = homebridge.contract;
  const { tenant } = request.principal;
  const client = createHomebridgeClient(homebridge.client('v5', request));
  const server = {
    tenant,
    apiVersion: 'v5',
    serves: (residence: ResidenceKey) => homebridge.serves(tenant, residence),
  };

  let read: Promise<ReadonlyMap<string, HomebridgeDevice>> | undefined;
  const devices = () => {
    read ??= client.services().then((services) => devicesAmong(services, server));
    return read;
  };
  const forget = () => {
    read = undefined;
  };
  const orders = createOrders(memory, { partner, tenant, client, devices, forget });

  const devicesOf: DevicePartner['devicesOf'] = async (residences) => {
    const wanted = new Set(residences);
    return [...(await devices()).values()]
      .map(({ device }) => device)
      .filter(({ residenceKey }) => wanted.has(residenceKey));
  };

  return {
    devicesOf,
    devices: async (ids) => {
      const possible = ids.filter(mayBeDevice);
      if (possible.length === 0) return [];
      const found = await devices();
      return possible.flatMap(({ key }) => found.get(key)?.device ?? []);
    },
    devicePage: async ({ residences, limit, cursor = '' }) => {
      const rest = (await devicesOf(residences)).filter(({ key }) => key > cursor).toSorted(byKey);
      const items = rest.slice(0, limit);
      return { items, nextCursor: rest.length > limit ? items.at(-1)?.key : undefined };
    },
    // It has no scenes, and keeps no history.
    scenesOf: async () => [],
    scenes: async () => [],
    events: async () => new Map(),
    order: (key, target, order) => orders.give(key, target, order),
    commands: async (ids) => (await Promise.all(ids.map(orders.find))).filter((command) => command !== undefined),
  };
}

function byKey(a: DeviceParent, b: DeviceParent): number {
  return a.key < b.key ? -1 : 1;
}
