/**
 * What each sample company owns, computed as the directory and the partners' sandboxes compute it: the ids of its
 * objects, the keys that partners know them by, and the texts that tell whose they are.
 */
import { createSandboxEstate as createUtilities } from '@commonhold/communal/sandbox/estate.ts';
import { COMPANIES, type SampleCompany } from '@commonhold/development/estate.ts';
import { companyRows } from '@commonhold/directory/seed/estate.ts';
import { type ResidenceKey, residenceKey, type TenantId, type TypedId, tenantId } from '@commonhold/kit/tenancy/ids.ts';
import { createSandboxEstate as createDevices } from '@commonhold/smart-home/sandbox/estate.ts';

export interface Estate {
  readonly tenant: TenantId;
  /** By the type that stands in the id. */
  readonly ids: ReadonlyMap<string, readonly TypedId[]>;
  /** Texts that no other company has: names, numbers, addresses, keys. */
  readonly texts: ReadonlySet<string>;
}

/** Of each company these residences stand for all. */
const BUILDINGS = {
  /** Where residents and technicians have their grants. */
  granted: ['p01-r01', 'p01-r02', 'p02-r01'],
  /** Where a partner has no consent. */
  closed: ['p03-r01', 'p03-r02', 'p03-r03', 'p04-r01', 'p04-r02', 'p04-r03'],
  /** Where nothing else is tried, so that orders may be given. */
  free: ['p16-r01', 'p16-r02', 'p16-r06', 'p17-r01', 'p17-r11'],
} as const;

/** A residence of a company by its place, such as `p01-r01`. */
export function residenceAt(tenant: TenantId, place: string): ResidenceKey {
  return residenceKey(`${tenant}-${place}`);
}

export const FREE_PLACES: readonly string[] = ['p02-r01', ...BUILDINGS.free];

export function createEstates(): ReadonlyMap<string, Estate> {
  const now = new Date();
  const everything = { devices: createDevices(), utilities: createUtilities(now) };
  const owned = COMPANIES.map((company) => ({ company, ...recordsOf(company, everything, now) }));
  return new Map(
    owned.map(({ company, ids, texts }): [string, Estate] => {
      const others = new Set(owned.flatMap((other) => (other.company === company ? [] : [...other.texts])));
      return [company.key, { tenant: tenantId(company.key), ids, texts: texts.difference(others) }];
    }),
  );
}

interface Everything {
  readonly devices: ReturnType<typeof createDevices>;
  readonly utilities: ReturnType<typeof createUtilities>;
}

function recordsOf(company: SampleCompany, { devices, utilities }: Everything, now: Date) {
  const tenant = tenantId(company.key);
  const { people, rows } = companyRows(company, now);
  const own = <Item extends { readonly companyId: string }>(items: Iterable<Item>): readonly Item[] =>
    [...items].filter(({ companyId }) => companyId === company.key);
  const serviceRequests = own(utilities.serviceRequests.values());
  const outages = own(utilities.outages);
  const places = Object.values(BUILDINGS).flat();
  const inResidences = (type: string, keysIn: (residence: ResidenceKey) => readonly string[]): readonly TypedId[] =>
    places
      .map((place) => residenceAt(tenant, place))
      .flatMap((residence) => keysIn(residence).map((key) => ({ tenant, type, residence, key })));
  const ofCompany = (type: string, keys: readonly string[]): readonly TypedId[] =>
    keys.map((key) => ({ tenant, type, residence: undefined, key }));
  const ids = [
    ofCompany('Company', [tenant]),
    ofCompany(
      'Property',
      [1, 2, 16, 20].map((number) => `${tenant}-p${String(number).padStart(2, '0')}`),
    ),
    ofCompany(
      'Person',
      people.slice(0, 12).map(({ key }) => key),
    ),
    ofCompany(
      'RoleGrant',
      people.slice(0, 8).map(({ key }) => `${key}-1`),
    ),
    ofCompany(
      'Notice',
      people.slice(0, 8).map(({ key }) => `${key}-granted`),
    ),
    ofCompany(
      'BreakGlass',
      ['dispatcher', 'technician'].map((name) => `${tenant}-${name}-glass-1`),
    ),
    // There is none: whoever started one would let the personas' rights end with it.
    ofCompany('ReviewCampaign', [`${tenant}-review-1`]),
    ofCompany(
      'Outage',
      outages.map(({ id }) => id),
    ),
    inResidences('Residence', (residence) => [residence]),
    inResidences('Consent', (residence) => [`${residence}-smart-home-1`, `${residence}-communal-1`]),
    inResidences('Device', (residence) => devices.devicesOf(tenant, residence).map(({ id }) => id)),
    inResidences('Scene', (residence) => devices.scenesOf(tenant, residence).map(({ id }) => id)),
    inResidences('UtilityAccount', (residence) => [utilities.accountOf(tenant, residence)?.id ?? '']),
    inResidences('Meter', (residence) => utilities.metersOf(tenant, residence).map(({ id }) => id)),
    inResidences('ServiceRequest', (residence) =>
      serviceRequests.filter(({ residenceRef }) => residenceRef === residence).map(({ id }) => id),
    ),
  ].flat();
  const records = [
    company,
    people,
    rows,
    serviceRequests,
    outages,
    own(devices.devices.values()),
    own(devices.scenes.values()),
    own(utilities.accounts.values()),
    own(utilities.meters.values()),
  ];
  return { ids: Map.groupBy(ids, ({ type }) => type), texts: new Set(textsIn(records).filter(isTelling)) };
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || value instanceof Date) return [];
  return Object.values(value).flatMap(textsIn);
}

/** Amounts and instants may be anybody's. */
function isTelling(text: string): boolean {
  return text.length >= 5 && !/^[\d.:TZ-]+$/.test(text);
}
