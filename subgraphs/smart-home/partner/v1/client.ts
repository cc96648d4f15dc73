/** Version 1 of the partner's API: one method an operation, in batches that the contract allows. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import { everyPage } from '@commonhold/kit/partner/partner-page.ts';
import type { SmartHomeClient } from '../client.ts';
import type { paths } from '../generated/v1.ts';
import {
  commandList,
  commandRecord,
  deviceEventDetail,
  deviceEventList,
  devicePage,
  presence,
  sceneList,
} from './records.ts';

/** The most that the partner gives in one page. */
const GREATEST_PAGE = 1_000;

export function createV1Client(partner: PartnerClient<paths>): SmartHomeClient {
  async function batched<Key, Item>(
    resource: 'residences' | 'ids',
    keys: readonly Key[],
    ask: (batch: Key[]) => Promise<readonly Item[]>,
  ): Promise<readonly Item[]> {
    const answers = await Promise.all(partner.inBatches(resource, keys).map((batch) => ask([...batch])));
    return answers.flat();
  }

  const devicePageOf: SmartHomeClient['devicePage'] = async ({ residences, limit, cursor }) => {
    const { items, ...rest } = await partner.call('post', '/devices/query', {
      body: { residences: [...residences], limit, ...(cursor ? { cursor } : {}) },
      schema: devicePage,
    });
    // For others nobody looked whether a consent is in force.
    const asked = new Set<string>(residences);
    return { ...rest, items: items.filter(({ residenceRef }) => asked.has(residenceRef)) };
  };

  return {
    devicePage: devicePageOf,
    devicesOf: (keys) =>
      batched('residences', keys, (residences) =>
        everyPage('smart-home', (cursor) => devicePageOf({ residences, limit: GREATEST_PAGE, cursor })),
      ),
    devices: (keys) =>
      batched('ids', keys, async (ids) => {
        const body = { ids, limit: ids.length };
        return (await partner.call('post', '/devices/query', { body, schema: devicePage })).items;
      }),
    scenesOf: (keys) =>
      batched('residences', keys, async (residences) => {
        return (await partner.call('post', '/scenes/query', { body: { residences }, schema: sceneList })).items;
      }),
    scenes: (keys) =>
      batched('ids', keys, async (ids) => {
        return (await partner.call('post', '/scenes/query', { body: { ids }, schema: sceneList })).items;
      }),
    events: (keys, limit) =>
      batched('ids', keys, async (devices) => {
        const body = { devices, limit };
        return (await partner.call('post', '/device-events/query', { body, schema: deviceEventList })).items;
      }),
    order: (key, order) =>
      partner.call('post', '/commands', {
        header: { 'Idempotency-Key': key },
        body: { ...order },
        schema: commandRecord,
      }),
    commands: (keys) =>
      batched('ids', keys, async (idempotencyKeys) => {
        const body = { idempotencyKeys };
        return (await partner.call('post', '/commands/query', { body, schema: commandList })).items;
      }),
    openPresence: async (device) =>
      device.presence === undefined ? null : await partner.open(device.presence, 'Device.presence', presence),
    openEvent: ({ detail }) => partner.open(detail, 'DeviceEvent.detail', deviceEventDetail),
  };
}
