/** The smart-home partner's API for one request: one method an operation, in batches that the contract allows. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import { everyPage, type PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { paths } from './generated/v1.ts';
import {
  type CommandRecord,
  commandList,
  commandRecord,
  type DeviceEventRecord,
  type DeviceRecord,
  deviceEventList,
  devicePage,
  type SceneRecord,
  sceneList,
} from './records.ts';

export type Order = paths['/commands']['post']['requestBody']['content']['application/json'];

/** The most that the partner gives in one page. */
const GREATEST_PAGE = 1_000;

export interface SmartHomeClient {
  readonly tenant: PartnerClient<paths>['tenant'];
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
  /** Opens a personal value that was encrypted for the company, and parses it. */
  open: PartnerClient<paths>['open'];
}

export interface DeviceQuestion {
  readonly residences: readonly ResidenceKey[];
  readonly limit: number;
  readonly cursor: string | undefined;
}

export function createSmartHomeClient(partner: PartnerClient<paths>): SmartHomeClient {
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
    tenant: partner.tenant,
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
      partner.call('post', '/commands', { header: { 'Idempotency-Key': key }, body: order, schema: commandRecord }),
    commands: (keys) =>
      batched('ids', keys, async (idempotencyKeys) => {
        const body = { idempotencyKeys };
        return (await partner.call('post', '/commands/query', { body, schema: commandList })).items;
      }),
    open: partner.open,
  };
}
