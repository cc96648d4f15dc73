/**
 * What resolvers read by: loaders of one request, each batch one call of the partner. Before the partner is asked for
 * anything of a residence, a consent has to be in force; a record that comes back for another residence than its id
 * says is absent.
 */
import { consentRequired } from '@commonhold/kit/errors.ts';
import type { Partner } from '@commonhold/kit/partner/partner.ts';
import type { SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import { encodeId, type ResidenceKey, type TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { createResidenceLoader, createTenantLoader, type TenantLoader } from '@commonhold/kit/tenancy/loader.ts';
import DataLoader from 'dataloader';
import type { DeviceEvent } from './generated/resolvers.ts';
import type { CommandParent, DeviceParent, SceneParent } from './parents.ts';
import { createSmartHomeClient, type SmartHomeClient } from './partner/client.ts';
import type { paths } from './partner/generated/v1.ts';
import { createMapping, type Mapping } from './partner/mapping.ts';

/** The newest `limit` events of a device. */
export interface Newest {
  readonly device: string;
  readonly limit: number;
}

export interface Loaders {
  readonly devicesOf: TenantLoader<ResidenceKey, readonly DeviceParent[]>;
  readonly scenesOf: TenantLoader<ResidenceKey, readonly SceneParent[]>;
  readonly device: TenantLoader<TypedId, DeviceParent>;
  readonly scene: TenantLoader<TypedId, SceneParent>;
  readonly command: TenantLoader<TypedId, CommandParent>;
  readonly events: DataLoader<Newest, readonly DeviceEvent[], string>;
}

/** What each resolver finds in its context beside the request. */
export interface Services {
  readonly loaders: Loaders;
  readonly smartHome: SmartHomeClient;
  readonly mapping: Mapping;
}

export function createServices(request: SubgraphRequest, partner: Partner<paths>): Services {
  const smartHome = createSmartHomeClient(partner.forRequest(request));
  const mapping = createMapping(smartHome, partner.contract.apiVersion);
  return { smartHome, mapping, loaders: createLoaders(request, smartHome, mapping) };
}

const BATCH = { maxBatchSize: 500 };

function createLoaders(request: SubgraphRequest, smartHome: SmartHomeClient, mapping: Mapping): Loaders {
  const byResidence = <Value extends { readonly residenceKey: ResidenceKey }>(
    read: (residences: readonly ResidenceKey[]) => Promise<readonly Value[]>,
  ) =>
    createResidenceLoader<readonly Value[]>(
      request,
      async (residences) => {
        const allowed = await request.consents.inForce(residences);
        const refused = await request.consents.refused(residences);
        const values = allowed.size > 0 ? await read([...allowed]) : [];
        const found = Map.groupBy(values, ({ residenceKey }) => residenceKey);
        return residences.map((key) => {
          if (allowed.has(key)) return found.get(key) ?? [];
          return refused.has(key) ? consentRequired('smart-home') : null;
        });
      },
      BATCH,
    );
  const byId = <Value extends { readonly id: string }>(read: (keys: readonly string[]) => Promise<readonly Value[]>) =>
    createTenantLoader<Value>(
      request,
      async (ids) => {
        const residences = ids.flatMap(({ residence }) => residence ?? []);
        const allowed = await request.consents.inForce(residences);
        const refused = await request.consents.refused(residences);
        const mayAsk = ids.filter(({ residence }) => residence !== undefined && allowed.has(residence));
        const values = mayAsk.length > 0 ? await read(mayAsk.map(({ key }) => key)) : [];
        const found = new Map(values.map((value) => [value.id, value]));
        return ids.map((id) => {
          if (mayAsk.includes(id)) return found.get(encodeId(id)) ?? null;
          return id.residence !== undefined && refused.has(id.residence) ? consentRequired('smart-home') : null;
        });
      },
      BATCH,
    );

  return {
    devicesOf: byResidence(async (residences) => (await smartHome.devicesOf(residences)).map(mapping.device)),
    scenesOf: byResidence(async (residences) => (await smartHome.scenesOf(residences)).map(mapping.scene)),
    device: byId(async (keys) => (await smartHome.devices(keys)).map(mapping.device)),
    scene: byId(async (keys) => (await smartHome.scenes(keys)).map(mapping.scene)),
    command: byId(async (keys) => (await smartHome.commands(keys)).map(mapping.command)),
    // The device was itself loaded before, under a consent and of the own company.
    events: new DataLoader(
      async (questions) => {
        const limit = Math.max(...questions.map((question) => question.limit));
        const records = await smartHome.events([...new Set(questions.map(({ device }) => device))], limit);
        const byDevice = Map.groupBy(records, ({ deviceId }) => deviceId);
        return Promise.all(
          questions.map((question) =>
            Promise.all((byDevice.get(question.device) ?? []).slice(0, question.limit).map(mapping.event)),
          ),
        );
      },
      { ...BATCH, cacheKeyFn: ({ device, limit }) => JSON.stringify([device, limit]) },
    ),
  };
}
