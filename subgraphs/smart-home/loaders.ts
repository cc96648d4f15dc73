/**
 * What resolvers read by: loaders of one request, each batch one call of the partner. Before the partner is asked for
 * anything of a residence, a consent has to be in force; a record that comes back for another residence than its id
 * says is absent.
 */
import { consentRequired } from '@commonhold/kit/errors.ts';
import type { SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import { encodeId, type ResidenceKey, type TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { createResidenceLoader, createTenantLoader, type TenantLoader } from '@commonhold/kit/tenancy/loader.ts';
import DataLoader from 'dataloader';
import type { DevicePartners, PartnerAnswer } from './device-partners.ts';
import type { DeviceEvent } from './generated/resolvers.ts';
import type { CommandParent, DeviceParent, SceneParent } from './parents.ts';
import type { DevicePartner } from './partner/device-partner.ts';

/** The newest `limit` events of a device. */
export interface Newest {
  readonly device: string;
  readonly residence: ResidenceKey;
  readonly limit: number;
}

export interface Loaders {
  readonly devicesOf: TenantLoader<ResidenceKey, readonly DeviceParent[]>;
  readonly scenesOf: TenantLoader<ResidenceKey, readonly SceneParent[]>;
  readonly device: TenantLoader<TypedId, DeviceParent>;
  readonly scene: TenantLoader<TypedId, SceneParent>;
  readonly command: TenantLoader<TypedId, CommandParent>;
  /** null: nobody keeps the device's history. */
  readonly events: DataLoader<Newest, readonly DeviceEvent[] | null, string>;
}

/** What each resolver finds in its context beside the request. */
export interface Services {
  readonly loaders: Loaders;
  readonly partners: DevicePartners;
}

const BATCH = { maxBatchSize: 500 };

export function createServices(request: SubgraphRequest, partners: DevicePartners): Services {
  const byResidence = <Value extends { readonly residenceKey: ResidenceKey }>(
    read: (partner: DevicePartner, residences: readonly ResidenceKey[]) => Promise<readonly Value[]>,
  ) =>
    createResidenceLoader<readonly Value[]>(
      request,
      async (residences) => {
        const allowed = await request.consents.inForce(residences);
        const refused = await request.consents.refused(residences);
        const answers = await partners.askEach([...allowed], (residence) => residence, read);
        const found = byKey(answers, (values) => {
          const groups = Map.groupBy(values, ({ residenceKey }) => residenceKey);
          return (residence) => groups.get(residence) ?? [];
        });
        return residences.map((key) => found.get(key) ?? (refused.has(key) ? consentRequired('smart-home') : null));
      },
      BATCH,
    );
  const byId = <Value extends { readonly id: string }>(
    read: (partner: DevicePartner, ids: readonly TypedId[]) => Promise<readonly Value[]>,
  ) =>
    createTenantLoader<Value>(
      request,
      async (ids) => {
        const within = ids.filter(isInResidence);
        const residences = within.map(({ residence }) => residence);
        const allowed = await request.consents.inForce(residences);
        const refused = await request.consents.refused(residences);
        const mayAsk = within.filter(({ residence }) => allowed.has(residence));
        const answers = await partners.askEach(mayAsk, ({ residence }) => residence, read);
        const found = byKey<TypedId, Value, Value | null>(answers, (values) => {
          const known = new Map(values.map((value) => [value.id, value]));
          return (id) => known.get(encodeId(id)) ?? null;
        });
        return ids.map((id) => {
          const isRefused = id.residence !== undefined && refused.has(id.residence);
          return found.get(id) ?? (isRefused ? consentRequired('smart-home') : null);
        });
      },
      BATCH,
    );

  const loaders: Loaders = {
    devicesOf: byResidence((partner, residences) => partner.devicesOf(residences)),
    scenesOf: byResidence((partner, residences) => partner.scenesOf(residences)),
    device: byId((partner, ids) => partner.devices(ids)),
    scene: byId((partner, ids) => partner.scenes(ids)),
    command: byId((partner, ids) => partner.commands(ids)),
    // The device was itself loaded before, under a consent and of the own company.
    events: new DataLoader(
      async (questions) => {
        const limit = Math.max(...questions.map((question) => question.limit));
        const answers = await partners.askEach(
          questions,
          ({ residence }) => residence,
          async (partner, asked) => [...(await partner.events([...new Set(asked.map(({ device }) => device))], limit))],
        );
        const found = byKey(answers, (values) => {
          const histories = new Map(values);
          return (question) => histories.get(question.device)?.slice(0, question.limit) ?? null;
        });
        return questions.map((question) => found.get(question) ?? null);
      },
      { ...BATCH, cacheKeyFn: ({ device, residence, limit }) => JSON.stringify([device, residence, limit]) },
    ),
  };
  return { loaders, partners };
}

type ObjectId = TypedId & { readonly residence: ResidenceKey };

function isInResidence(id: TypedId): id is ObjectId {
  return id.residence !== undefined;
}

/** Each key's own part of what its partner answered, or why there is no answer. */
function byKey<Key, Value, Part>(
  answers: readonly PartnerAnswer<Key, Value>[],
  sort: (values: readonly Value[]) => (key: Key) => Part,
): ReadonlyMap<Key, Part | Error> {
  const entries = answers.flatMap(({ keys, outcome }) => {
    const partOf = outcome instanceof Error ? () => outcome : sort(outcome);
    return keys.map((key) => [key, partOf(key)] as const);
  });
  return new Map(entries);
}
