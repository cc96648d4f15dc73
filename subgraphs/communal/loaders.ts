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
import { createPendingLoads, type PendingLoads } from '@commonhold/kit/tenancy/pending-loads.ts';
import { reach } from '@commonhold/kit/tenancy/principal.ts';
import DataLoader from 'dataloader';
import type { Assignments } from './assignments/assignments.ts';
import type { Bill, Charge, Outage } from './generated/resolvers.ts';
import type { MeterParent, ReadingParent, ServiceRequestParent, UtilityAccountParent } from './parents.ts';
import { type CommunalClient, type CommunalVersions, createCommunalClient } from './partner/client.ts';
import { createMapping, type Mapping } from './partner/mapping.ts';

/** The newest `limit` of what belongs to an account or meter with this key. */
export interface Newest {
  readonly of: string;
  readonly limit: number;
}

export interface Loaders {
  readonly accountOf: TenantLoader<ResidenceKey, UtilityAccountParent>;
  readonly metersOf: TenantLoader<ResidenceKey, readonly MeterParent[]>;
  readonly account: TenantLoader<TypedId, UtilityAccountParent>;
  readonly meter: TenantLoader<TypedId, MeterParent>;
  readonly serviceRequest: TenantLoader<TypedId, ServiceRequestParent>;
  /** Those of the buildings in reach, by id. */
  outages(): Promise<ReadonlyMap<string, Outage>>;
  readonly readings: DataLoader<Newest, readonly ReadingParent[], string>;
  readonly charges: DataLoader<Newest, readonly Charge[], string>;
  readonly bills: DataLoader<Newest, readonly Bill[], string>;
}

/** What each resolver finds in its context beside the request. */
export interface Services {
  readonly loaders: Loaders;
  readonly communal: CommunalClient;
  readonly mapping: Mapping;
  readonly assignments: Assignments;
}

export function createServices(
  request: SubgraphRequest,
  partner: Partner<CommunalVersions>,
  assignments: Assignments,
): Services {
  const communal = createCommunalClient(partner, request);
  const mapping = createMapping(communal, request.principal.tenant);
  return { communal, mapping, assignments, loaders: createLoaders(request, communal, mapping) };
}

const BATCH = { maxBatchSize: 500 };

function createLoaders(request: SubgraphRequest, communal: CommunalClient, mapping: Mapping): Loaders {
  const pending = createPendingLoads();
  const byResidence = <Value>(read: (residences: readonly ResidenceKey[]) => Promise<ReadonlyMap<string, Value>>) =>
    createResidenceLoader<Value>(
      request,
      (residences) =>
        pending.during(async () => {
          const allowed = await request.consents.inForce(residences);
          const refused = await request.consents.refused(residences);
          const found = allowed.size > 0 ? await read([...allowed]) : new Map<string, Value>();
          return residences.map((key) =>
            allowed.has(key) ? (found.get(key) ?? null) : refused.has(key) ? consentRequired('communal') : null,
          );
        }),
      BATCH,
    );
  const byId = <Value extends { readonly id: string }>(read: (keys: readonly string[]) => Promise<readonly Value[]>) =>
    createTenantLoader<Value>(
      request,
      (ids) =>
        pending.during(async () => {
          const residences = ids.flatMap(({ residence }) => residence ?? []);
          const allowed = await request.consents.inForce(residences);
          const refused = await request.consents.refused(residences);
          const mayAsk = ids.filter(({ residence }) => residence !== undefined && allowed.has(residence));
          const values = mayAsk.length > 0 ? await read(mayAsk.map(({ key }) => key)) : [];
          const found = new Map(values.map((value) => [value.id, value]));
          return ids.map((id) => {
            if (mayAsk.includes(id)) return found.get(encodeId(id)) ?? null;
            return id.residence !== undefined && refused.has(id.residence) ? consentRequired('communal') : null;
          });
        }),
      BATCH,
    );

  return {
    accountOf: byResidence(async (residences) => {
      const records = await communal.accounts({ residences });
      return new Map(records.map((record) => [record.residenceRef, mapping.account(record)]));
    }),
    metersOf: byResidence(async (residences) => {
      const records = await communal.meters({ residences });
      return Map.groupBy(records.map(mapping.meter), ({ residence }) => residence);
    }),
    account: byId(async (ids) => (await communal.accounts({ ids })).map(mapping.account)),
    meter: byId(async (ids) => (await communal.meters({ ids })).map(mapping.meter)),
    serviceRequest: byId(async (ids) => (await communal.serviceRequests(ids)).map(mapping.serviceRequest)),
    outages: once(async () => {
      const inReach = reach(request.principal, ['outage:read']);
      const places = inReach === 'company' ? inReach : [...(await request.consents.inForce([...inReach]))];
      const records = places.length > 0 ? await communal.outages(places) : [];
      return new Map(records.map(mapping.outage).map((outage) => [outage.id, outage]));
    }),
    readings: newest(pending, communal.readings, ({ meterId }) => meterId, mapping.reading),
    charges: newest(pending, communal.charges, ({ accountId }) => accountId, mapping.charge),
    bills: newest(pending, communal.bills, ({ accountId }) => accountId, mapping.bill),
  };
}

/** Whoever asks first starts it; all of the request get the same. */
function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

/**
 * Loads by account or meter. These were themselves loaded before, under a consent and of the own company: what they
 * hold is asked for without asking again, once all that were asked for at the same time have come.
 */
function newest<Item, Value>(
  { whenSettled }: PendingLoads,
  read: (keys: readonly string[], limit: number) => Promise<readonly Item[]>,
  ownerOf: (item: Item) => string,
  map: (item: Item) => Value,
): DataLoader<Newest, readonly Value[], string> {
  return new DataLoader(
    async (questions) => {
      const limit = Math.max(...questions.map((question) => question.limit));
      const items = await read([...new Set(questions.map(({ of }) => of))], limit);
      const byOwner = Map.groupBy(items, ownerOf);
      return questions.map((question) => (byOwner.get(question.of) ?? []).slice(0, question.limit).map(map));
    },
    { ...BATCH, cacheKeyFn: ({ of, limit }) => JSON.stringify([of, limit]), batchScheduleFn: whenSettled },
  );
}
