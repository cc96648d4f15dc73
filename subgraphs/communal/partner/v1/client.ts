/** Version 1 of the partner's API: one method an operation, in batches that the contract allows. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import { changePage } from '../change-page.ts';
import type { CommunalClient } from '../client.ts';
import type { paths } from '../generated/v1.ts';
import { ofThose } from '../of-those.ts';
import { inOrderOf } from '../reading-results.ts';
import {
  accountList,
  accountPersonal,
  billList,
  chargeList,
  consumptionList,
  meterList,
  outageList,
  readingList,
  readingResults,
  serviceRequestPage,
  serviceRequestRecord,
} from './records.ts';

export function createV1Client(partner: PartnerClient<paths>): CommunalClient {
  /** Asks for keys in batches, side by side, and joins the answers. */
  async function batched<Key, Item>(
    resource: 'residences' | 'ids' | 'consumption',
    keys: readonly Key[],
    ask: (batch: Key[]) => Promise<{ readonly items: readonly Item[] }>,
  ): Promise<readonly Item[]> {
    const answers = await Promise.all(partner.inBatches(resource, keys).map((batch) => ask([...batch])));
    return answers.flatMap(({ items }) => items);
  }

  return {
    accounts: (by) =>
      'ids' in by
        ? batched('ids', by.ids, (ids) =>
            partner.call('post', '/accounts/query', { body: { ids }, schema: accountList }),
          )
        : batched('residences', by.residences, (residences) =>
            partner.call('post', '/accounts/query', { body: { residences }, schema: accountList }),
          ),
    meters: (by) =>
      'ids' in by
        ? batched('ids', by.ids, (ids) => partner.call('post', '/meters/query', { body: { ids }, schema: meterList }))
        : batched('residences', by.residences, (residences) =>
            partner.call('post', '/meters/query', { body: { residences }, schema: meterList }),
          ),
    readings: (keys, limit) =>
      batched('ids', keys, (meters) =>
        partner.call('post', '/readings/query', { body: { meters, limit }, schema: readingList }),
      ),
    charges: (keys, limit) =>
      batched('ids', keys, (accounts) =>
        partner.call('post', '/charges/query', { body: { accounts, limit }, schema: chargeList }),
      ),
    bills: (keys, limit) =>
      batched('ids', keys, (accounts) =>
        partner.call('post', '/bills/query', { body: { accounts, limit }, schema: billList }),
      ),
    outages: async (residences) => {
      const ask = (body: { residences?: string[] }) =>
        partner.call('post', '/outages/query', { body, schema: outageList });
      return residences === 'company'
        ? (await ask({})).items
        : batched('residences', residences, (batch) => ask({ residences: batch }));
    },
    serviceRequests: (keys) =>
      batched('ids', keys, (ids) =>
        partner.call('post', '/service-requests/query', {
          body: { ids, limit: ids.length },
          schema: serviceRequestPage,
        }),
      ),
    serviceRequestPage: async ({ residences, status, limit, cursor }) => {
      const places = residences === 'company' ? {} : { residences: [...residences] };
      const { items, ...rest } = await partner.call('post', '/service-requests/query', {
        body: { ...places, limit, ...(status ? { status } : {}), ...(cursor ? { cursor } : {}) },
        schema: serviceRequestPage,
      });
      return { ...rest, items: residences === 'company' ? items : ofThose(residences, items) };
    },
    consumption: async ({ residences, kind, from, to }) => {
      const rows = await batched('consumption', residences, (batch) =>
        partner.call('post', '/consumption/query', {
          body: { residences: batch, kind, from, to },
          schema: consumptionList,
        }),
      );
      return ofThose(residences, rows).filter(({ month }) => month >= from && month <= to);
    },
    submitReadings: async (key, readings) => {
      const header = { 'Idempotency-Key': key };
      const body = { readings: [...readings] };
      const { results } = await partner.call('post', '/readings', { header, body, schema: readingResults });
      return inOrderOf(readings, results);
    },
    createServiceRequest: async (key, { residence, category, description }) =>
      partner.call('post', '/service-requests', {
        header: { 'Idempotency-Key': key },
        body: { residenceRef: residence, category, description: await partner.encrypt(description) },
        schema: serviceRequestRecord,
      }),
    updateServiceRequest: (key, id, change) =>
      partner.call('patch', '/service-requests/{id}', {
        header: { 'Idempotency-Key': key },
        path: { id },
        body: { ...change },
        schema: serviceRequestRecord,
      }),
    changes: (cursor) =>
      partner.call('post', '/changes/query', { body: cursor === undefined ? {} : { cursor }, schema: changePage }),
    openAccount: ({ personal }) => partner.open(personal, 'Account.personal', accountPersonal),
    openDescription: ({ description }) => partner.decrypt(description, 'ServiceRequest.description'),
  };
}
