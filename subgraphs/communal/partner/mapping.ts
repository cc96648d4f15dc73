/** The partner's records ↔ what the graph shows: names, units and ids of both sides meet here and nowhere else. */
import { encodeId, type OpaqueId, residenceKey, type TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Bill, Charge, Outage, Source } from '../generated/resolvers.ts';
import type { MeterParent, ReadingParent, ServiceRequestParent, UtilityAccountParent } from '../parents.ts';
import type { CommunalClient } from './client.ts';
import type {
  AccountRecord,
  BillRecord,
  ChargeRecord,
  MeterRecord,
  OutageRecord,
  ReadingRecord,
  ServiceRequestRecord,
} from './records.ts';

export const METER_KINDS = {
  'cold-water': 'COLD_WATER',
  'hot-water': 'HOT_WATER',
  electricity: 'ELECTRICITY',
  heat: 'HEAT',
  gas: 'GAS',
} as const;

export const STATUSES = {
  open: 'OPEN',
  assigned: 'ASSIGNED',
  'in-progress': 'IN_PROGRESS',
  done: 'DONE',
  cancelled: 'CANCELLED',
} as const;

export const CATEGORIES = {
  plumbing: 'PLUMBING',
  heating: 'HEATING',
  electrical: 'ELECTRICAL',
  access: 'ACCESS',
  other: 'OTHER',
} as const;

export const REFUSALS = {
  'meter-not-found': 'METER_NOT_FOUND',
  'below-last-reading': 'BELOW_LAST_READING',
  'in-the-future': 'IN_THE_FUTURE',
  'not-plausible': 'NOT_PLAUSIBLE',
} as const;

const ORIGINS = { automatic: 'AUTOMATIC', resident: 'RESIDENT', operator: 'OPERATOR' } as const;
const READING_STATUSES = { submitted: 'SUBMITTED', confirmed: 'CONFIRMED', rejected: 'REJECTED' } as const;

export interface Mapping {
  account(record: AccountRecord): UtilityAccountParent;
  meter(record: MeterRecord): MeterParent;
  reading(record: ReadingRecord): ReadingParent;
  charge(record: ChargeRecord): Charge;
  bill(record: BillRecord): Bill;
  outage(record: OutageRecord): Outage;
  serviceRequest(record: ServiceRequestRecord): ServiceRequestParent;
}

export function createMapping(client: CommunalClient, tenant: TenantId): Mapping {
  const source = ({ apiVersion }: { readonly apiVersion: string }): Source => ({
    partner: 'communal',
    apiVersion,
    fetchedAt: new Date().toISOString(),
    stale: false,
  });
  return {
    account: (record) => {
      let opened: ReturnType<UtilityAccountParent['personal']> | undefined;
      return {
        id: ownedId(tenant, 'UtilityAccount', record),
        key: record.id,
        residence: residenceKey(record.residenceRef),
        source: source(record),
        personal: () => {
          opened ??= client.openAccount(record);
          return opened;
        },
      };
    },
    meter: (record) => ({
      id: ownedId(tenant, 'Meter', record),
      key: record.id,
      residence: residenceKey(record.residenceRef),
      kind: METER_KINDS[record.kind],
      serial: record.serial,
      nextVerificationOn: record.verifyBy,
      smartMeter: record.smartMeterRef,
      source: source(record),
    }),
    reading: (record) => ({
      id: ownedId(tenant, 'Reading', record),
      key: record.id,
      values: record.zones,
      readAt: record.readAt,
      source: ORIGINS[record.origin],
      status: READING_STATUSES[record.status],
    }),
    charge: (record) => ({
      id: ownedId(tenant, 'Charge', record),
      service: record.service,
      month: record.month,
      amountEuros: record.amount,
    }),
    bill: (record) => ({
      id: ownedId(tenant, 'Bill', record),
      month: record.month,
      amountEuros: record.amount,
      dueOn: record.dueOn,
      paid: record.paid,
    }),
    outage: (record) => ({
      id: encodeId({ tenant, type: 'Outage', residence: undefined, key: record.id }),
      kind: METER_KINDS[record.kind],
      property: { id: propertyId(tenant, record.propertyRef) },
      startsAt: record.startsAt,
      endsAt: record.endsAt ?? null,
      planned: record.planned,
    }),
    serviceRequest: (record) => ({
      id: ownedId(tenant, 'ServiceRequest', record),
      key: record.id,
      residenceKey: residenceKey(record.residenceRef),
      number: record.number,
      status: STATUSES[record.status],
      category: CATEGORIES[record.category],
      deadline: record.deadline ?? null,
      assignee: record.assigneeRef ? personId(tenant, record.assigneeRef) : null,
      createdAt: record.createdAt,
      source: source(record),
      openDescription: () => client.openDescription(record),
    }),
  };
}

/** The directory's id of a person: both know it by the operator's own key. */
function personId(tenant: TenantId, person: string): OpaqueId {
  return encodeId({ tenant, type: 'Person', residence: undefined, key: person });
}

/** The directory's id of a building: both know it by the operator's own key. */
export function propertyId(tenant: TenantId, property: string): OpaqueId {
  return encodeId({ tenant, type: 'Property', residence: undefined, key: property });
}

function ownedId(
  tenant: TenantId,
  type: string,
  { id, residenceRef }: { readonly id: string; readonly residenceRef: string },
): OpaqueId {
  return encodeId({ tenant, type, residence: residenceKey(residenceRef), key: id });
}
