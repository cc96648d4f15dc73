/** Version 2 of the partner's API: one method an operation, in batches that the contract allows, in terms of our records. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import { everyPage, type PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import { violation } from '@commonhold/kit/partner/transport.ts';
import { toPartner } from '@commonhold/kit/partner/words.ts';
import type { DeviceQuestion, SmartHomeClient } from '../client.ts';
import type { components, paths } from '../generated/v2.ts';
import type { DeviceRecord } from '../records.ts';
import { missingIn } from '../stated.ts';
import {
  commandList,
  commandRecord,
  deviceEventDetail,
  deviceEventList,
  devicePage,
  deviceStateList,
  presence,
  type StatelessDevice,
  sceneList,
} from './records.ts';
import { VERBS } from './words.ts';

type Ref = components['schemas']['Ref'];

/** The most that the partner gives in one page. */
const GREATEST_PAGE = 1_000;

export function createV2Client(partner: PartnerClient<paths>): SmartHomeClient {
  async function batched<Item>(
    resource: 'residences' | 'ids',
    keys: readonly string[],
    ask: (batch: Ref[]) => Promise<readonly Item[]>,
  ): Promise<readonly Item[]> {
    const answers = await Promise.all(partner.inBatches(resource, keys).map((batch) => ask(batch.map(refOf))));
    return answers.flat();
  }

  async function withStates(devices: readonly StatelessDevice[]): Promise<readonly DeviceRecord[]> {
    const keys = devices.map(({ id }) => id);
    const states = await batched('ids', keys, async (ids) => {
      return (await partner.call('post', '/device-states/query', { body: { ids }, schema: deviceStateList })).items;
    });
    const stateOf = new Map(states.map(({ device, state }) => [device, state]));
    return devices.map((device) => {
      const state = stateOf.get(device.id) ?? {};
      const missing = missingIn(state, device.kind);
      if (missing) throw violation('smart-home', `state.${missing}`);
      return { ...device, state };
    });
  }

  async function pageOf({ residences, limit, cursor }: DeviceQuestion): Promise<PartnerPage<StatelessDevice>> {
    const { items, next } = await partner.call('post', '/devices/query', {
      body: { residences: residences.map(refOf), size: limit, ...(cursor ? { after: refOf(cursor) } : {}) },
      schema: devicePage,
    });
    // For others nobody looked whether a consent is in force.
    const asked = new Set<string>(residences);
    return { items: items.filter(({ residenceRef }) => asked.has(residenceRef)), nextCursor: next?.after };
  }

  return {
    devicePage: async (question) => {
      const { items, nextCursor } = await pageOf(question);
      return { items: await withStates(items), nextCursor };
    },
    devicesOf: async (keys) => {
      const batches = partner.inBatches('residences', keys);
      const found = batches.map((residences) =>
        everyPage('smart-home', (cursor) => pageOf({ residences, limit: GREATEST_PAGE, cursor })),
      );
      return withStates((await Promise.all(found)).flat());
    },
    devices: async (keys) => {
      const found = await batched('ids', keys, async (ids) => {
        const body = { ids, size: ids.length };
        return (await partner.call('post', '/devices/query', { body, schema: devicePage })).items;
      });
      return withStates(found);
    },
    scenesOf: (keys) =>
      batched('residences', keys, async (residences) => {
        return (await partner.call('post', '/scenes/query', { body: { residences }, schema: sceneList })).items;
      }),
    scenes: (keys) =>
      batched('ids', keys, async (ids) => {
        return (await partner.call('post', '/scenes/query', { body: { ids }, schema: sceneList })).items;
      }),
    events: (keys, limit) =>
      batched('ids', keys, async (ids) => {
        const body = { ids, limit };
        return (await partner.call('post', '/device-events/query', { body, schema: deviceEventList })).items;
      }),
    order: (key, { target, action, on, brightness, temperature }) =>
      partner.call('post', '/commands', {
        header: { 'Idempotency-Key': key },
        body: {
          subject: refOf(target),
          verb: toPartner(VERBS, action),
          ...(on === undefined ? {} : { on }),
          ...(brightness === undefined ? {} : { brightnessPermille: brightness * 10 }),
          ...(temperature === undefined ? {} : { centiCelsius: Math.round(temperature * 100) }),
        },
        schema: commandRecord,
      }),
    commands: (keys) => {
      const batches = partner.inBatches('ids', keys).map(async (batch) => {
        const body = { keys: [...batch] };
        return (await partner.call('post', '/commands/query', { body, schema: commandList })).items;
      });
      return Promise.all(batches).then((answers) => answers.flat());
    },
    openPresence: async (device) =>
      device.presence === undefined ? null : await partner.open(device.presence, 'Device.presence', presence),
    openEvent: ({ detail }) => partner.open(detail, 'DeviceEvent.detail', deviceEventDetail),
  };
}

function refOf(value: string): Ref {
  return { value };
}
