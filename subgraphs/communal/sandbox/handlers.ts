/** The sandbox partner's operations, as its OpenAPI document of version 1 has them. */
import { randomUUID } from 'node:crypto';
import { sampleResidences } from '@commonhold/development/estate.ts';
import { createSandboxChanges, type SandboxChanges } from '@commonhold/kit/sandbox/changes.ts';
import type { SandboxCall, SandboxHandlers } from '@commonhold/kit/sandbox/handlers.ts';
import { page } from '@commonhold/kit/sandbox/paging.ts';
import { Problem } from '@commonhold/kit/sandbox/problem.ts';
import type { components, operations } from '../partner/generated/v1.ts';
import { createTeller, type ServiceRequestChanged } from './changes.ts';
import { decimal, endOfMonth, meteredMonths } from './consumption.ts';
import type { SandboxAccount, SandboxEstate, SandboxMeter, SandboxServiceRequest } from './estate.ts';

type Schemas = components['schemas'];
type Reading = Schemas['Reading'];
type AnyCall = Pick<SandboxCall<unknown>, 'companies' | 'encrypt'>;

/** A jump between two readings that no household makes, in thousandths. */
const IMPLAUSIBLE = 100_000_000;
const BILL_DUE_DAYS = 14;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const SERVICES = ['Water', 'Heating', 'Electricity'];

/** @param changes is told of each service request that is made or changed */
export function createHandlers(
  estate: SandboxEstate,
  now: () => Date,
  changes: SandboxChanges<ServiceRequestChanged> = createSandboxChanges(now),
): SandboxHandlers<operations> {
  const told = createTeller(changes);
  const submitted = new Map<string, Reading[]>();
  const months = new Map<string, ReturnType<typeof meteredMonths>>();
  const monthsOf = (meter: SandboxMeter): ReturnType<typeof meteredMonths> => {
    const known = months.get(meter.id) ?? meteredMonths(meter, now());
    months.set(meter.id, known);
    return known;
  };

  const account = async (record: SandboxAccount, { encrypt }: AnyCall): Promise<Schemas['Account']> => ({
    ...record,
    personal: await encrypt(JSON.stringify(record.personal)),
  });
  const serviceRequest = async (record: SandboxServiceRequest, { encrypt }: AnyCall) => ({
    ...record,
    description: await encrypt(record.description),
  });

  const readingsOf = (meter: SandboxMeter, limit: number): readonly Reading[] => {
    const { companyId, residenceRef, id: meterId } = meter;
    const generated = monthsOf(meter).map(
      ({ month, total }): Reading => ({
        id: `rdg-${meterId.slice(4)}-${month}`,
        companyId,
        residenceRef,
        meterId,
        zones: zonesOf(meter, total),
        readAt: endOfMonth(month).toISOString(),
        origin: meter.kind === 'electricity' ? 'automatic' : 'operator',
        status: 'confirmed',
      }),
    );
    return [...generated, ...(submitted.get(meterId) ?? [])].reverse().slice(0, limit);
  };

  const submit = (call: AnyCall, reading: SubmittedReading): Schemas['ReadingResult'] => {
    const meter = estate.meters.get(reading.meter);
    if (!meter || !call.companies.includes(meter.companyId)) return { refusal: 'meter-not-found' };
    if (new Date(reading.readAt) > now()) return { refusal: 'in-the-future' };
    const value = Math.round(Number(reading.value) * 1_000);
    const [last] = readingsOf(meter, 1);
    const before = Number(last?.zones.find(({ zone }) => zone === reading.zone)?.value ?? 0) * 1_000;
    if (value < before) return { refusal: 'below-last-reading' };
    if (reading.zone > meter.zones || value - before > IMPLAUSIBLE) return { refusal: 'not-plausible' };
    const taken: Reading = {
      id: `rdg-${randomUUID()}`,
      companyId: meter.companyId,
      residenceRef: meter.residenceRef,
      meterId: meter.id,
      zones: [{ zone: reading.zone, value: decimal(value) }],
      readAt: reading.readAt,
      origin: reading.origin,
      status: 'submitted',
    };
    submitted.set(meter.id, [...(submitted.get(meter.id) ?? []), taken]);
    return { reading: taken };
  };

  const own = <Item extends { readonly companyId: string }>(
    { companies }: AnyCall,
    items: readonly (Item | undefined)[],
  ): readonly Item[] =>
    items.filter((item) => item !== undefined).filter(({ companyId }) => companies.includes(companyId));

  return {
    queryAccounts: async (call) => {
      const { residences, ids } = call.body;
      const found = residences
        ? call.companies.flatMap((company) => residences.map((residence) => estate.accountOf(company, residence)))
        : (ids ?? []).map((id) => estate.accounts.get(id));
      // Under the fault `foreign-record` another company's account comes along, as from a partner that mixes them up.
      const stray = strayOf(call, [...estate.accounts.values()]);
      return { items: await Promise.all([...own(call, found), ...stray].map((record) => account(record, call))) };
    },
    queryMeters: (call) => {
      const { residences, ids } = call.body;
      const found = residences
        ? call.companies.flatMap((company) => residences.flatMap((residence) => estate.metersOf(company, residence)))
        : (ids ?? []).map((id) => estate.meters.get(id));
      return { items: [...own(call, found), ...strayOf(call, [...estate.meters.values()])] };
    },
    queryReadings: (call) => {
      const meters = own(
        call,
        call.body.meters.map((id) => estate.meters.get(id)),
      );
      return { items: meters.flatMap((meter) => readingsOf(meter, call.body.limit)) };
    },
    submitReadings: (call) => {
      const readings = call.body.readings.map((reading) => ({
        ...reading,
        value: decimal(Math.round(Number(reading.value) * 1_000)),
      }));
      return call.once({ readings }, async () => ({ results: readings.map((reading) => submit(call, reading)) }));
    },
    queryCharges: (call) => {
      const accounts = own(
        call,
        call.body.accounts.map((id) => estate.accounts.get(id)),
      );
      return { items: accounts.flatMap((record) => chargesOf(estate, record, monthsOf).slice(0, call.body.limit)) };
    },
    queryBills: (call) => {
      const accounts = own(
        call,
        call.body.accounts.map((id) => estate.accounts.get(id)),
      );
      return { items: accounts.flatMap((record) => billsOf(estate, record, monthsOf).slice(0, call.body.limit)) };
    },
    queryOutages: (call) => {
      const { properties, residences, ids } = call.body;
      const affected = residences?.map((residence) => estate.propertyOf(call.company, residence));
      const wanted = estate.outages.filter(
        ({ id, propertyRef }) =>
          (!ids || ids.includes(id)) &&
          (!properties || properties.includes(propertyRef)) &&
          (!affected || affected.includes(propertyRef)),
      );
      return { items: [...own(call, wanted)] };
    },
    queryServiceRequests: async (call) => {
      const { residences, ids, status, cursor, limit = 100 } = call.body;
      const places = residences && new Set(residences);
      const names = ids && new Set(ids);
      const wanted = own(call, [...estate.serviceRequests.values()])
        .filter(({ id, residenceRef }) => (!names || names.has(id)) && (!places || places.has(residenceRef)))
        .filter((request) => !status || request.status === status)
        .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
      const { items, nextCursor } = page(wanted, { limit, cursor }, ({ id }) => id);
      const encrypted = await Promise.all(items.map((request) => serviceRequest(request, call)));
      return nextCursor === undefined ? { items: encrypted } : { items: encrypted, nextCursor };
    },
    createServiceRequest: async (call) => {
      const { residenceRef, category } = call.body;
      if (!estate.accountOf(call.company, residenceRef)) throw new Problem(404, 'not-found', 'No such residence');
      const description = await call.decrypt(call.body.description);
      const created = await call.once({ residenceRef, category, description }, async () => {
        const request: SandboxServiceRequest = {
          id: `req-${randomUUID()}`,
          companyId: call.company,
          residenceRef,
          number: `${call.company.slice(0, 2).toUpperCase()}${20_000 + estate.serviceRequests.size}`,
          status: 'open',
          category,
          deadline: null,
          assigneeRef: null,
          updatedAt: now().toISOString(),
          description,
          createdAt: now().toISOString(),
        };
        estate.serviceRequests.set(request.id, request);
        told(request);
        return request;
      });
      return serviceRequest(created, call);
    },
    updateServiceRequest: async (call) => {
      const [known] = own(call, [estate.serviceRequests.get(call.path.id)]);
      if (!known) throw new Problem(404, 'not-found', 'No such service request');
      const changed = await call.once({ id: known.id, ...call.body }, async () => {
        const next = { ...known, ...call.body, updatedAt: now().toISOString() };
        estate.serviceRequests.set(next.id, next);
        told(next);
        return next;
      });
      return serviceRequest(changed, call);
    },
    queryChanges: ({ company, body: { cursor, limit = 100 } }) => changes.since(company, cursor, limit),
    queryConsumption: (call) => {
      const { residences, kind, from, to } = call.body;
      const propertyOf = new Map(sampleResidences(call.company).map(({ key, property }) => [key, property]));
      return {
        items: residences.flatMap((residenceRef) =>
          estate
            .metersOf(call.company, residenceRef)
            .filter((meter) => meter.kind === kind)
            .flatMap(monthsOf)
            .filter(({ month }) => month >= from && month <= to)
            .map(({ month, amount }) => ({
              companyId: call.company,
              residenceRef,
              propertyRef: propertyOf.get(residenceRef) ?? 'unknown',
              month,
              amount: decimal(amount),
            })),
        ),
      };
    },
  };
}

type SubmittedReading = operations['submitReadings']['requestBody']['content']['application/json']['readings'][number];
type MonthsOf = (meter: SandboxMeter) => ReturnType<typeof meteredMonths>;

function strayOf<Item extends { readonly companyId: string }>(
  { companies }: AnyCall,
  all: readonly Item[],
): readonly Item[] {
  return companies.slice(1).flatMap((company) => all.find(({ companyId }) => companyId === company) ?? []);
}

function zonesOf({ zones }: SandboxMeter, total: number): Reading['zones'] {
  if (zones === 1) return [{ zone: 1, value: decimal(total) }];
  const night = Math.round(total * 0.3);
  return [
    { zone: 1, value: decimal(total - night) },
    { zone: 2, value: decimal(night) },
  ];
}

/** A charge for each service and month, newest first; a euro buys a hundred thousandths of anything. */
function chargesOf(estate: SandboxEstate, account: SandboxAccount, monthsOf: MonthsOf): readonly Schemas['Charge'][] {
  const { id: accountId, companyId, residenceRef } = account;
  const meters = estate.metersOf(companyId, residenceRef).slice(0, SERVICES.length);
  return meters
    .flatMap((meter, index) =>
      monthsOf(meter).map(({ month, amount }) => ({
        id: `chg-${meter.id.slice(4)}-${month}`,
        companyId,
        residenceRef,
        accountId,
        service: SERVICES[index] ?? 'Other',
        month,
        amount: (amount / 10_000).toFixed(2),
      })),
    )
    .toSorted((a, b) => (a.month < b.month ? 1 : -1));
}

function billsOf(estate: SandboxEstate, account: SandboxAccount, monthsOf: MonthsOf): readonly Schemas['Bill'][] {
  const { id: accountId, companyId, residenceRef } = account;
  const byMonth = Map.groupBy(chargesOf(estate, account, monthsOf), ({ month }) => month);
  return [...byMonth].map(([month, charges], index) => ({
    id: `bil-${accountId.slice(4)}-${month}`,
    companyId,
    residenceRef,
    accountId,
    month,
    amount: charges.reduce((sum, { amount }) => sum + Number(amount), 0).toFixed(2),
    dueOn: new Date(endOfMonth(month).getTime() + BILL_DUE_DAYS * DAY_MILLISECONDS).toISOString().slice(0, 10),
    paid: index > 0,
  }));
}
