/**
 * The sandbox partner's operations, as its OpenAPI document of version 2 has them: what version 1 does, said in another
 * way, so that both have one state.
 */
import type { SandboxCall, SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import type { operations as v1, components as v1Components } from '../partner/generated/v1.ts';
import type { components, operations } from '../partner/generated/v2.ts';

type Schemas = components['schemas'];
type Old = v1Components['schemas'];
type Ref = Schemas['Ref'];
type Call<Operation extends keyof v1> = SandboxCall<v1[Operation]>;

export function createV2Handlers(old: SandboxHandlers<v1>): SandboxHandlers<operations> {
  return {
    queryChanges: (call) => old.queryChanges(call),
    queryAccounts: async (call) => {
      const encrypt = (text: string) => call.encrypt(JSON.stringify(personal(JSON.parse(text))));
      const { items } = await old.queryAccounts({ ...call, body: placesOf(call.body), encrypt });
      return { items: items.map((record) => ({ ...owned(record), personal: record.personal })) };
    },
    queryMeters: async (call) => {
      const { items } = await old.queryMeters({ ...call, body: placesOf(call.body) });
      return { items: items.map(meter) };
    },
    queryMeterDevices: async (call) => {
      const { items } = await old.queryMeters({ ...call, body: placesOf(call.body) });
      return {
        items: items.flatMap(({ id, companyId, smartMeterRef }) =>
          smartMeterRef === undefined ? [] : [{ companyId, meter: ref(id), device: ref(smartMeterRef) }],
        ),
      };
    },
    queryReadings: async (call) => {
      const { ids, limit } = call.body;
      const { items } = await old.queryReadings({ ...call, body: { meters: ids.map(keyOf), limit } });
      return { items: items.map(reading) };
    },
    submitReadings: async (call) => {
      const readings = call.body.readings.map((submitted) => ({
        meter: keyOf(submitted.meter),
        zone: submitted.register,
        value: (submitted.thousandths / 1_000).toFixed(3),
        readAt: submitted.recordedAt,
        origin: SUBMITTED[submitted.channel],
      }));
      const { results } = await old.submitReadings({ ...call, body: { readings } });
      return {
        results: results.map((result) => ({
          ...(result.reading ? { reading: reading(result.reading) } : {}),
          ...(result.refusal ? { refusal: REFUSALS[result.refusal] } : {}),
        })),
      };
    },
    queryCharges: async (call) => {
      const { items } = await old.queryCharges({ ...call, body: accountsOf(call.body) });
      return { items: items.map((record) => ({ ...ofAccount(record), service: record.service })) };
    },
    queryBills: async (call) => {
      const { items } = await old.queryBills({ ...call, body: accountsOf(call.body) });
      return {
        items: items.map((record) => ({
          ...ofAccount(record),
          payableUntil: record.dueOn,
          state: record.paid ? ('PAID' as const) : ('OPEN' as const),
        })),
      };
    },
    queryOutages: async (call) => {
      const { items } = await old.queryOutages({ ...call, body: placesOf(call.body) });
      return { items: items.map(outage) };
    },
    queryServiceRequests: async (call) => {
      const { state, offset = 0, limit = 100 } = call.body;
      const body = { ...placesOf(call.body), ...(state ? { status: wordOf(STATES, state) } : {}) };
      // Only what is on the page is encrypted.
      const all = await everyRequest(old, { ...call, body, encrypt: async (clear) => clear });
      const items = all.slice(offset, offset + limit).map(async (record) => ({
        ...serviceRequest(record),
        description: await call.encrypt(record.description),
      }));
      return { items: await Promise.all(items), total: all.length };
    },
    createServiceRequest: async (call) => {
      const { residence, topic, description } = call.body;
      const body = { residenceRef: keyOf(residence), category: wordOf(TOPICS, topic), description };
      return serviceRequest(await old.createServiceRequest({ ...call, body }));
    },
    updateServiceRequest: async (call) => {
      const { state, dueAt, assignee } = call.body;
      const body = {
        ...(state === undefined ? {} : { status: wordOf(STATES, state) }),
        ...(dueAt === undefined ? {} : { deadline: dueAt }),
        ...(assignee === undefined ? {} : { assigneeRef: assignee === null ? null : keyOf(assignee) }),
      };
      return serviceRequest(await old.updateServiceRequest({ ...call, body }));
    },
    queryConsumption: async (call) => {
      const { residences, medium, from, until } = call.body;
      const span = { kind: wordOf(MEDIA, medium), from: monthOf(from), to: monthOf(until) };
      const { items } = await old.queryConsumption({ ...call, body: { residences: residences.map(keyOf), ...span } });
      return {
        items: items.map(({ companyId, residenceRef, propertyRef, month, amount }) => ({
          companyId,
          residence: ref(residenceRef),
          property: ref(propertyRef),
          period: periodOf(month),
          thousandths: thousandths(amount),
        })),
      };
    },
  };
}

const MEDIA = {
  'cold-water': 'WATER_COLD',
  'hot-water': 'WATER_HOT',
  electricity: 'POWER',
  heat: 'HEAT',
  gas: 'GAS',
} as const satisfies Record<Old['MeterKind'], Schemas['Medium']>;
const STATES = {
  open: 'NEW',
  assigned: 'ASSIGNED',
  'in-progress': 'IN_WORK',
  done: 'CLOSED',
  cancelled: 'WITHDRAWN',
} as const satisfies Record<Old['ServiceRequestStatus'], Schemas['ServiceRequestState']>;
const TOPICS = {
  plumbing: 'WATER',
  heating: 'HEATING',
  electrical: 'POWER',
  access: 'ACCESS',
  other: 'OTHER',
} as const satisfies Record<Old['ServiceRequestCategory'], Schemas['Topic']>;
const REFUSALS = {
  'meter-not-found': 'UNKNOWN_METER',
  'below-last-reading': 'LOWER_THAN_LAST',
  'in-the-future': 'TO_COME',
  'not-plausible': 'IMPLAUSIBLE',
} as const;
const CHANNELS = { automatic: 'REMOTE', resident: 'TENANT', operator: 'LANDLORD' } as const;
const SUBMITTED = { TENANT: 'resident', LANDLORD: 'operator' } as const;
const READING_STATES = { submitted: 'PENDING', confirmed: 'ACCEPTED', rejected: 'REFUSED' } as const;

function wordOf<Ours extends string, Theirs extends string>(
  words: Readonly<Record<Ours, Theirs>>,
  theirs: Theirs,
): Ours {
  for (const ours in words) if (words[ours] === theirs) return ours;
  throw new TypeError('no such word');
}

const ref = (value: string): Ref => ({ value });
const keyOf = ({ value }: Ref): string => value;
const monthOf = ({ year, month }: Schemas['Period']): string => `${year}-${String(month).padStart(2, '0')}`;
const periodOf = (month: string): Schemas['Period'] => ({
  year: Number(month.slice(0, 4)),
  month: Number(month.slice(5)),
});
const thousandths = (amount: string): number => Math.round(Number(amount) * 1_000);
const cents = (amount: string): number => Math.round(Number(amount) * 100);

function placesOf({ residences, ids }: { residences?: Ref[]; ids?: Ref[] }): { residences?: string[]; ids?: string[] } {
  return {
    ...(residences ? { residences: residences.map(keyOf) } : {}),
    ...(ids ? { ids: ids.map(keyOf) } : {}),
  };
}

function accountsOf({ ids, limit }: { ids: Ref[]; limit: number }): { accounts: string[]; limit: number } {
  return { accounts: ids.map(keyOf), limit };
}

function owned({ id, companyId, residenceRef }: Pick<Old['Account'], 'id' | 'companyId' | 'residenceRef'>) {
  return { id: ref(id), companyId, residence: ref(residenceRef) };
}

function personal({ number, holderName, balance }: Old['AccountPersonal']): Schemas['AccountPersonal'] {
  return { accountNumber: number, holder: { name: holderName }, balanceCents: cents(balance) };
}

function meter(record: Old['Meter']): Schemas['Meter'] {
  return {
    ...owned(record),
    account: ref(record.accountId),
    medium: MEDIA[record.kind],
    serialNumber: record.serial,
    verificationDue: record.verifyBy,
    registers: record.zones,
  };
}

function reading(record: Old['Reading']): Schemas['Reading'] {
  return {
    ...owned(record),
    meter: ref(record.meterId),
    registers: record.zones.map(({ zone, value }) => ({ number: zone, thousandths: thousandths(value) })),
    recordedAt: record.readAt,
    channel: CHANNELS[record.origin],
    state: READING_STATES[record.status],
  };
}

function ofAccount(record: Omit<Old['Charge'], 'service'>) {
  return {
    ...owned(record),
    account: ref(record.accountId),
    period: periodOf(record.month),
    cents: cents(record.amount),
  };
}

function outage({ id, companyId, propertyRef, kind, startsAt, endsAt, planned }: Old['Outage']): Schemas['Outage'] {
  return {
    id: ref(id),
    companyId,
    property: ref(propertyRef),
    medium: MEDIA[kind],
    from: startsAt,
    until: endsAt ?? null,
    cause: planned ? 'PLANNED' : 'FAULT',
  };
}

function serviceRequest(record: Old['ServiceRequest']): Schemas['ServiceRequest'] {
  return {
    ...owned(record),
    reference: record.number,
    state: STATES[record.status],
    topic: TOPICS[record.category],
    dueAt: record.deadline ?? null,
    assignee: record.assigneeRef ? ref(record.assigneeRef) : null,
    ...(record.updatedAt === undefined ? {} : { changedAt: record.updatedAt }),
    description: record.description,
    openedAt: record.createdAt,
  };
}

/** All pages of version 1. */
async function everyRequest(
  old: SandboxHandlers<v1>,
  call: Call<'queryServiceRequests'>,
): Promise<readonly Old['ServiceRequest'][]> {
  const found: Old['ServiceRequest'][] = [];
  let cursor: string | undefined;
  do {
    const body = { ...call.body, limit: 500, ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await old.queryServiceRequests({ ...call, body });
    found.push(...items);
    cursor = nextCursor;
  } while (cursor !== undefined);
  return found;
}
