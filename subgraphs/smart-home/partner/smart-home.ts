/** The smart-home partner as a holder of devices: its client and the mapping of its records, put together. */
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import type { TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { createSmartHomeClient, type SmartHomeVersions } from './client.ts';
import type { DevicePartner } from './device-partner.ts';
import { createMapping } from './mapping.ts';

export function createSmartHomePartner(partner: Partner<SmartHomeVersions>, request: SubgraphRequest): DevicePartner {
  const client = createSmartHomeClient(partner, request);
  const mapping = createMapping(client, request.principal.tenant);
  return {
    devicesOf: async (residences) => (await client.devicesOf(residences)).map(mapping.device),
    devices: async (ids) => (await client.devices(keysOf(ids))).map(mapping.device),
    devicePage: async (question) => {
      const { items, nextCursor } = await client.devicePage(question);
      return { items: items.map(mapping.device), nextCursor };
    },
    scenesOf: async (residences) => (await client.scenesOf(residences)).map(mapping.scene),
    scenes: async (ids) => (await client.scenes(keysOf(ids))).map(mapping.scene),
    events: async (devices, limit) => {
      const byDevice = Map.groupBy(await client.events(devices, limit), ({ deviceId }) => deviceId);
      const opened = devices.map(
        async (device) => [device, await Promise.all((byDevice.get(device) ?? []).map(mapping.event))] as const,
      );
      return new Map(await Promise.all(opened));
    },
    order: async (key, target, order) => mapping.command(await client.order(key, { ...order, target: target.key })),
    commands: async (ids) => (await client.commands(keysOf(ids))).map(mapping.command),
  };
}

const keysOf = (ids: readonly TypedId[]): readonly string[] => ids.map(({ key }) => key);
