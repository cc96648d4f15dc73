/**
 * The sandbox partner's records: for each residence of the sample estate an account with four meters, 8,000 in all, two
 * years of readings, charges and bills; outages and service requests beside them. Each record follows from its place,
 * so that a restart makes the same; readings are computed when they are asked for rather than kept.
 */
import {
  COMPANIES,
  isAtSmartHome,
  sampleDeviceKey,
  sampleFingerprint,
  sampleProperties,
  sampleResidences,
} from '@commonhold/development/estate.ts';
import type { components } from '../partner/generated/v1.ts';

type Schemas = components['schemas'];
export type MeterKind = Schemas['MeterKind'];
export type SandboxMeter = Schemas['Meter'];
export type SandboxOutage = Schemas['Outage'];

/** An account with its personal part in clear; it is encrypted on its way out. */
export type SandboxAccount = Omit<Schemas['Account'], 'personal'> & { readonly personal: Schemas['AccountPersonal'] };

/** A service request with its description in clear; it is encrypted on its way out. */
export type SandboxServiceRequest = Schemas['ServiceRequest'];

export interface SandboxEstate {
  readonly accounts: ReadonlyMap<string, SandboxAccount>;
  readonly meters: ReadonlyMap<string, SandboxMeter>;
  readonly serviceRequests: Map<string, SandboxServiceRequest>;
  readonly outages: readonly SandboxOutage[];
  accountOf(company: string, residence: string): SandboxAccount | undefined;
  metersOf(company: string, residence: string): readonly SandboxMeter[];
  /** The building that a residence is in. */
  propertyOf(company: string, residence: string): string | undefined;
}

const KINDS: readonly (readonly MeterKind[])[] = [
  ['cold-water', 'hot-water', 'electricity', 'heat'],
  ['cold-water', 'electricity', 'heat', 'gas'],
];
const FAMILY_NAMES = ['Abel', 'Brandt', 'Castel', 'Dorn', 'Eklund', 'Farrow', 'Grau', 'Holt', 'Iversen', 'Jansen'];
const GIVEN_NAMES = ['Ada', 'Bela', 'Cleo', 'Dana', 'Edda', 'Finn', 'Gero', 'Hanna', 'Ilja', 'Jona'];
const COMPLAINTS = [
  'The tap drips',
  'The radiator stays cold',
  'A socket is loose',
  'The key turns hard',
  'The lamp flickers',
];
const CATEGORIES: readonly Schemas['ServiceRequestCategory'][] = [
  'plumbing',
  'heating',
  'electrical',
  'access',
  'other',
];
const STATUSES: readonly Schemas['ServiceRequestStatus'][] = ['open', 'assigned', 'in-progress', 'done', 'cancelled'];
const RESIDENCES_PER_REQUEST = 5;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export function createSandboxEstate(now: Date): SandboxEstate {
  const accounts = new Map<string, SandboxAccount>();
  const meters = new Map<string, SandboxMeter>();
  const serviceRequests = new Map<string, SandboxServiceRequest>();
  const accountByPlace = new Map<string, SandboxAccount>();
  const metersByPlace = new Map<string, readonly SandboxMeter[]>();
  const propertyByPlace = new Map<string, string>();
  for (const { key: companyId } of COMPANIES) {
    for (const [index, residence] of sampleResidences(companyId).entries()) {
      const { key: residenceRef } = residence;
      const account = accountIn(companyId, residenceRef);
      const metersHere = metersIn(account, isAtSmartHome(residence));
      accounts.set(account.id, account);
      propertyByPlace.set(`${companyId}/${residenceRef}`, residence.property);
      accountByPlace.set(`${companyId}/${residenceRef}`, account);
      metersByPlace.set(`${companyId}/${residenceRef}`, metersHere);
      for (const meter of metersHere) meters.set(meter.id, meter);
      if (index % RESIDENCES_PER_REQUEST === 0) {
        const request = serviceRequestIn(companyId, residenceRef, index, now);
        serviceRequests.set(request.id, request);
      }
    }
  }
  return {
    accounts,
    meters,
    serviceRequests,
    outages: COMPANIES.flatMap(({ key }) => outagesOf(key, now)),
    accountOf: (company, residence) => accountByPlace.get(`${company}/${residence}`),
    metersOf: (company, residence) => metersByPlace.get(`${company}/${residence}`) ?? [],
    propertyOf: (company, residence) => propertyByPlace.get(`${company}/${residence}`),
  };
}

function accountIn(companyId: string, residenceRef: string): SandboxAccount {
  const bytes = sampleFingerprint(`account/${companyId}/${residenceRef}`);
  const pick = (names: readonly string[], at: number): string => names[(bytes[at] ?? 0) % names.length] ?? '';
  return {
    id: `acc-${bytes.toString('hex').slice(0, 16)}`,
    companyId,
    residenceRef,
    personal: {
      number: `${companyId.slice(0, 2).toUpperCase()}-${bytes.readUInt32BE(4)}`,
      holderName: `${pick(GIVEN_NAMES, 1)} ${pick(FAMILY_NAMES, 2)} (${companyId})`,
      balance: ((bytes.readUInt16BE(8) - 20_000) / 100).toFixed(2),
    },
  };
}

function metersIn(
  { id: accountId, companyId, residenceRef }: SandboxAccount,
  isReported: boolean,
): readonly SandboxMeter[] {
  const turn = sampleFingerprint(`meters/${companyId}/${residenceRef}`)[0] ?? 0;
  return (KINDS[turn % 3 === 0 ? 1 : 0] ?? []).map((kind) => {
    const bytes = sampleFingerprint(`meter/${companyId}/${residenceRef}/${kind}`);
    return {
      id: `mtr-${bytes.toString('hex').slice(0, 16)}`,
      companyId,
      residenceRef,
      accountId,
      kind,
      serial: `${kind.slice(0, 1).toUpperCase()}${bytes.readUInt32BE(0)}`,
      verifyBy: `20${27 + ((bytes[4] ?? 0) % 6)}-12-31`,
      zones: kind === 'electricity' ? 2 : 1,
      ...(kind === 'electricity' && isReported
        ? { smartMeterRef: sampleDeviceKey(companyId, residenceRef, 'smart-meter') }
        : {}),
    };
  });
}

function serviceRequestIn(companyId: string, residenceRef: string, index: number, now: Date): SandboxServiceRequest {
  const bytes = sampleFingerprint(`request/${companyId}/${residenceRef}`);
  const kind = (bytes[0] ?? 0) % CATEGORIES.length;
  const createdAt = new Date(now.getTime() - (index + 1) * (DAY_MILLISECONDS / 8));
  return {
    id: `req-${bytes.toString('hex').slice(0, 16)}`,
    companyId,
    residenceRef,
    number: `${companyId.slice(0, 2).toUpperCase()}${10_000 + index}`,
    status: STATUSES[(bytes[1] ?? 0) % STATUSES.length] ?? 'open',
    category: CATEGORIES[kind] ?? 'other',
    deadline: (bytes[2] ?? 0) % 2 === 0 ? null : new Date(createdAt.getTime() + 14 * DAY_MILLISECONDS).toISOString(),
    description: `${COMPLAINTS[kind]} since ${1 + ((bytes[3] ?? 0) % 9)} days (${companyId})`,
    assigneeRef: null,
    updatedAt: createdAt.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}

function outagesOf(companyId: string, now: Date): readonly SandboxOutage[] {
  return sampleProperties(companyId)
    .filter((_, index) => index % 6 === 0)
    .map(({ key: propertyRef }, index) => {
      const startsAt = new Date(now.getTime() + (index - 1) * DAY_MILLISECONDS);
      return {
        id: `out-${sampleFingerprint(`outage/${companyId}/${propertyRef}`).toString('hex').slice(0, 16)}`,
        companyId,
        propertyRef,
        kind: index % 2 === 0 ? 'hot-water' : 'electricity',
        startsAt: startsAt.toISOString(),
        endsAt: index % 3 === 1 ? null : new Date(startsAt.getTime() + DAY_MILLISECONDS / 4).toISOString(),
        planned: index % 2 === 0,
      };
    });
}
