/**
 * What resolvers read by: loaders of one request, each batch one query in a transaction of the principal's company.
 *
 * Rows are given back by their full ids. An id is no proof: one that names a residence in reach and the key of an object
 * elsewhere finds the row, but not under this id.
 */
import type { SubgraphRequest } from '@commonhold/kit/subgraph-definition.ts';
import { encodeId, type ResidenceKey, type TenantId, type TypedId } from '@commonhold/kit/tenancy/ids.ts';
import { createResidenceLoader, createTenantLoader, type TenantLoader } from '@commonhold/kit/tenancy/loader.ts';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import type { KeyedHash } from '@commonhold/platform/secrets/keyed-hash.ts';
import DataLoader from 'dataloader';
import type { Briefing } from './briefing/briefing.ts';
import type { InTenant, TenantTransaction } from './database/tenant-transaction.ts';
import type { ConsentParent, PersonParent, PropertyParent, ResidenceParent, RoleGrantParent } from './parents.ts';
import { type CompanyRecord, readCompanies } from './records/companies.ts';
import { readConsents, readConsentsOf } from './records/consents.ts';
import { readGrants } from './records/grants.ts';
import { readOccupants, readPeople } from './records/people.ts';
import { readProperties } from './records/properties.ts';
import { type BuildingPage, readBuildingPages, readResidences } from './records/residences.ts';
import { type Visibility, visibilityOf, within } from './records/visibility.ts';

const GREATEST_BATCH = { maxBatchSize: 1000 };

export interface Loaders {
  readonly company: TenantLoader<TypedId, CompanyRecord>;
  readonly property: TenantLoader<TypedId, PropertyParent>;
  readonly residence: TenantLoader<TypedId, ResidenceParent>;
  readonly person: TenantLoader<TypedId, PersonParent>;
  readonly grant: TenantLoader<TypedId, RoleGrantParent>;
  readonly consent: TenantLoader<TypedId, ConsentParent>;
  readonly occupants: TenantLoader<ResidenceKey, readonly PersonParent[]>;
  readonly consents: TenantLoader<ResidenceKey, readonly ConsentParent[]>;
  readonly buildingPage: DataLoader<BuildingPage, readonly ResidenceParent[], string>;
}

/** What each resolver of the directory finds in its context beside the request. */
export interface Services {
  readonly loaders: Loaders;
  readonly visibility: Visibility;
  /** Opens personal columns. */
  readonly envelope: Envelope;
  /** Of tokens, and of what a company's provider knows people by. */
  readonly hash: KeyedHash;
  /** Where people log in. */
  readonly issuerUrl: string;
  /** Whether an address that somebody names may be http on this machine, as in development. */
  readonly isPlainLocalhostAllowed: boolean;
  readonly briefing: Briefing;
  /** A transaction of the principal's company; there is no way to name another. */
  inCompany<Result>(work: (transaction: TenantTransaction) => Promise<Result>): Promise<Result>;
}

export interface ServiceParts {
  readonly inTenant: InTenant;
  readonly envelope: Envelope;
  readonly hash: KeyedHash;
  readonly issuerUrl: string;
  readonly isPlainLocalhostAllowed: boolean;
  readonly briefing: Briefing;
}

export function createServices(request: SubgraphRequest, { inTenant, ...parts }: ServiceParts): Services {
  const visibility = visibilityOf(request.principal);
  const inCompany: Services['inCompany'] = (work) => inTenant(request.principal.tenant, work);
  return { ...parts, loaders: createLoaders(request, visibility, inTenant), visibility, inCompany };
}

function createLoaders(request: SubgraphRequest, visibility: Visibility, inTenant: InTenant): Loaders {
  const { residences, properties, consents, people, seesGrants } = visibility;
  const byId = <Value extends { readonly id: string }>(read: Read<readonly Value[], TypedId>) =>
    createTenantLoader<Value>(request, (ids, tenant) => inTenant(tenant, (t) => read(t, ids)).then(inOrder(ids)), {
      ...GREATEST_BATCH,
    });
  const byResidence = <Value>(read: Read<ReadonlyMap<ResidenceKey, Value>, ResidenceKey>) =>
    createResidenceLoader<Value>(
      request,
      async (keys, tenant) => {
        const found = await inTenant(tenant, (transaction) => read(transaction, keys));
        return keys.map((key) => found.get(key) ?? null);
      },
      GREATEST_BATCH,
    );
  return {
    company: byId(readCompanies),
    property: byId((transaction, ids) => readProperties(transaction, properties, keysOf(ids))),
    residence: byId((transaction, ids) => readResidences(transaction, within(residences, keysOf(ids)))),
    person: byId((transaction, ids) => readPeople(transaction, visibility, keysOf(ids))),
    grant: byId(async (transaction, ids) => (seesGrants ? readGrants(transaction, keysOf(ids)) : [])),
    consent: byId(async (transaction, ids) => {
      const found = await readConsents(transaction, keysOf(ids));
      return found.filter(({ residence }) => within(consents, [residence]).length > 0);
    }),
    occupants: byResidence((transaction, keys) => readOccupants(transaction, within(people, keys))),
    consents: byResidence((transaction, keys) => readConsentsOf(transaction, within(consents, keys))),
    buildingPage: new DataLoader(
      (pages) => inTenant(request.principal.tenant, (t) => readBuildingPages(t, residences, pages)),
      { ...GREATEST_BATCH, cacheKeyFn: ({ property, after, limit }) => JSON.stringify([property, after, limit]) },
    ),
  };
}

type Read<Result, Key> = (transaction: TenantTransaction, keys: readonly Key[]) => Promise<Result>;

function keysOf(ids: readonly TypedId[]): readonly string[] {
  return ids.map(({ key }) => key);
}

function inOrder<Value extends { readonly id: string }>(ids: readonly TypedId[]) {
  return (values: readonly Value[]): readonly (Value | null)[] => {
    const byId = new Map(values.map((value) => [value.id, value]));
    return ids.map((id) => byId.get(encodeId(id)) ?? null);
  };
}

/** The id of an object of the company that belongs to no residence. */
export function companyWideId(tenant: TenantId, type: 'Company' | 'Property' | 'Person', key: string): TypedId {
  return { tenant, type, residence: undefined, key };
}
