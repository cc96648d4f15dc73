/** Version 2 of the partner's API: one method an operation, in batches that the contract allows, in terms of our records. */
import { badUserInput } from '@commonhold/kit/errors.ts';
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import { toPartner } from '@commonhold/kit/partner/words.ts';
import { changePage } from '../change-page.ts';
import type { By, CommunalClient } from '../client.ts';
import type { components, paths } from '../generated/v2.ts';
import { ofThose } from '../of-those.ts';
import { inOrderOf } from '../reading-results.ts';
import {
  accountList,
  accountPersonal,
  billList,
  chargeList,
  consumptionList,
  meterDeviceList,
  meterList,
  outageList,
  readingList,
  readingResults,
  serviceRequestPage,
  serviceRequestRecord,
} from './records.ts';
import { periodOf, toThousandths } from './units.ts';
import { CHANNELS, MEDIA, STATES, TOPICS } from './words.ts';

type Ref = components['schemas']['Ref'];
type Places = { readonly residences: Ref[] } | { readonly ids: Ref[] };

const OFFSET = /^\d{1,9}$/;

export function createV2Client(partner: PartnerClient<paths>): CommunalClient {
  /** Asks for keys in batches, side by side, and joins the answers. */
  async function batched<Item>(
    resource: 'residences' | 'ids' | 'consumption',
    keys: readonly string[],
    ask: (batch: Ref[]) => Promise<{ readonly items: readonly Item[] }>,
  ): Promise<readonly Item[]> {
    const answers = await Promise.all(partner.inBatches(resource, keys).map((batch) => ask(batch.map(refOf))));
    return answers.flatMap(({ items }) => items);
  }

  function by<Item>(
    keys: By,
    ask: (places: Places) => Promise<{ readonly items: readonly Item[] }>,
  ): Promise<readonly Item[]> {
    return 'ids' in keys
      ? batched('ids', keys.ids, (ids) => ask({ ids }))
      : batched('residences', keys.residences, (residences) => ask({ residences }));
  }

  return {
    accounts: (keys) =>
      by(keys, (body) => partner.call('post', '/utility-accounts/query', { body, schema: accountList })),
    meters: async (keys) => {
      const [meters, devices] = await Promise.all([
        by(keys, (body) => partner.call('post', '/meters/query', { body, schema: meterList })),
        by(keys, (body) => partner.call('post', '/meter-devices/query', { body, schema: meterDeviceList })),
      ]);
      const deviceOf = new Map(devices.map(({ meter, device }) => [meter, device]));
      return meters.map((meter) => ({ ...meter, smartMeterRef: deviceOf.get(meter.id) }));
    },
    readings: (keys, limit) =>
      batched('ids', keys, (ids) =>
        partner.call('post', '/readings/query', { body: { ids, limit }, schema: readingList }),
      ),
    charges: (keys, limit) =>
      batched('ids', keys, (ids) =>
        partner.call('post', '/charges/query', { body: { ids, limit }, schema: chargeList }),
      ),
    bills: (keys, limit) =>
      batched('ids', keys, (ids) => partner.call('post', '/bills/query', { body: { ids, limit }, schema: billList })),
    outages: async (residences) => {
      const ask = (body: { residences?: Ref[] }) =>
        partner.call('post', '/outages/query', { body, schema: outageList });
      return residences === 'company'
        ? (await ask({})).items
        : batched('residences', residences, (batch) => ask({ residences: batch }));
    },
    serviceRequests: (keys) =>
      batched('ids', keys, (ids) =>
        partner.call('post', '/service-requests/query', {
          body: { ids, offset: 0, limit: ids.length },
          schema: serviceRequestPage,
        }),
      ),
    serviceRequestPage: async ({ residences, status, limit, cursor = '0' }) => {
      if (!OFFSET.test(cursor)) throw badUserInput('after', 'is not a cursor of this list');
      const offset = Number(cursor);
      const places = residences === 'company' ? {} : { residences: residences.map(refOf) };
      const { items, total } = await partner.call('post', '/service-requests/query', {
        body: { ...places, offset, limit, ...(status ? { state: toPartner(STATES, status) } : {}) },
        schema: serviceRequestPage,
      });
      const end = offset + limit;
      return {
        items: residences === 'company' ? items : ofThose(residences, items),
        nextCursor: end < total ? String(end) : undefined,
      };
    },
    consumption: async ({ residences, kind, from, to }) => {
      const span = { medium: toPartner(MEDIA, kind), from: periodOf(from), until: periodOf(to) };
      const rows = await batched('consumption', residences, (batch) =>
        partner.call('post', '/consumption/query', { body: { residences: batch, ...span }, schema: consumptionList }),
      );
      return ofThose(residences, rows).filter(({ month }) => month >= from && month <= to);
    },
    submitReadings: async (key, readings) => {
      const { results } = await partner.call('post', '/readings', {
        header: { 'Idempotency-Key': key },
        body: {
          readings: readings.map(({ meter, zone, value, readAt, origin }) => ({
            meter: refOf(meter),
            register: zone,
            thousandths: toThousandths(value),
            recordedAt: readAt,
            channel: toPartner(SUBMITTED, origin),
          })),
        },
        schema: readingResults,
      });
      return inOrderOf(readings, results);
    },
    createServiceRequest: async (key, { residence, category, description }) =>
      partner.call('post', '/service-requests', {
        header: { 'Idempotency-Key': key },
        body: {
          residence: refOf(residence),
          topic: toPartner(TOPICS, category),
          description: await partner.encrypt(description),
        },
        schema: serviceRequestRecord,
      }),
    updateServiceRequest: (key, id, { status, deadline, assigneeRef }) =>
      partner.call('patch', '/service-requests/{id}', {
        header: { 'Idempotency-Key': key },
        path: { id },
        body: {
          ...(status === undefined ? {} : { state: toPartner(STATES, status) }),
          ...(deadline === undefined ? {} : { dueAt: deadline }),
          ...(assigneeRef === undefined ? {} : { assignee: assigneeRef === null ? null : refOf(assigneeRef) }),
        },
        schema: serviceRequestRecord,
      }),
    changes: (cursor) =>
      partner.call('post', '/changes/query', { body: cursor === undefined ? {} : { cursor }, schema: changePage }),
    openAccount: ({ personal }) => partner.open(personal, 'Account.personal', accountPersonal),
    openDescription: ({ description }) => partner.decrypt(description, 'ServiceRequest.description'),
  };
}

const SUBMITTED = { TENANT: CHANNELS.TENANT, LANDLORD: CHANNELS.LANDLORD } as const;

function refOf(value: string): Ref {
  return { value };
}
