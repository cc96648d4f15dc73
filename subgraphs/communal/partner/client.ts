/** The communal partner's API for one request: one method an operation, in batches that the contract allows. */
import type { PartnerClient } from '@commonhold/kit/partner/client.ts';
import type { PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import { violation } from '@commonhold/kit/partner/transport.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { components, paths } from './generated/v1.ts';
import {
  type AccountRecord,
  accountList,
  type BillRecord,
  billList,
  type ChargeRecord,
  type ConsumptionRecord,
  chargeList,
  consumptionList,
  type MeterRecord,
  meterList,
  type OutageRecord,
  outageList,
  type ReadingRecord,
  type ReadingResult,
  readingList,
  readingResults,
  type ServiceRequestRecord,
  serviceRequestPage,
  serviceRequestRecord,
} from './records.ts';

type Schemas = components['schemas'];
export type By = { readonly residences: readonly ResidenceKey[] } | { readonly ids: readonly string[] };
export type SubmittedReading =
  paths['/readings']['post']['requestBody']['content']['application/json']['readings'][number];

export interface CommunalClient {
  readonly tenant: PartnerClient<paths>['tenant'];
  accounts(by: By): Promise<readonly AccountRecord[]>;
  meters(by: By): Promise<readonly MeterRecord[]>;
  /** The newest `limit` readings of each meter. */
  readings(meters: readonly string[], limit: number): Promise<readonly ReadingRecord[]>;
  charges(accounts: readonly string[], limit: number): Promise<readonly ChargeRecord[]>;
  bills(accounts: readonly string[], limit: number): Promise<readonly BillRecord[]>;
  /** Those that affect `residences`, or all of the company. */
  outages(residences: 'company' | readonly ResidenceKey[]): Promise<readonly OutageRecord[]>;
  serviceRequests(ids: readonly string[]): Promise<readonly ServiceRequestRecord[]>;
  /** Those of `residences`, or all of the company. */
  serviceRequestPage(question: ServiceRequestQuestion): Promise<PartnerPage<ServiceRequestRecord>>;
  consumption(question: ConsumptionQuestion): Promise<readonly ConsumptionRecord[]>;
  /** A result for each reading, in their order. */
  submitReadings(key: string, readings: SubmittedReading[]): Promise<readonly ReadingResult[]>;
  createServiceRequest(key: string, order: ServiceRequestOrder): Promise<ServiceRequestRecord>;
  updateServiceRequest(key: string, id: string, change: ServiceRequestChange): Promise<ServiceRequestRecord>;
  /** Opens a personal value that was encrypted for the company, and parses it. */
  open: PartnerClient<paths>['open'];
  /** Opens a personal value that is a text. */
  decrypt: PartnerClient<paths>['decrypt'];
}

export interface ServiceRequestQuestion {
  readonly residences: 'company' | readonly ResidenceKey[];
  readonly status: Schemas['ServiceRequestStatus'] | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface ConsumptionQuestion {
  readonly residences: readonly ResidenceKey[];
  readonly kind: Schemas['MeterKind'];
  readonly from: string;
  readonly to: string;
}

export interface ServiceRequestOrder {
  readonly residence: ResidenceKey;
  readonly category: Schemas['ServiceRequestCategory'];
  /** In clear; encrypted on its way out. */
  readonly description: string;
}

export interface ServiceRequestChange {
  readonly status?: Schemas['ServiceRequestStatus'];
  readonly deadline?: string;
  /** Key of a person; null: nobody. */
  readonly assigneeRef?: string | null;
}

export function createCommunalClient(partner: PartnerClient<paths>): CommunalClient {
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
    tenant: partner.tenant,
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
      const body = { readings };
      const { results } = await partner.call('post', '/readings', { header, body, schema: readingResults });
      const isInOrder = results.every(
        (result, at) => !result.reading || result.reading.meterId === readings[at]?.meter,
      );
      if (results.length !== readings.length || !isInOrder) throw violation('communal', 'results');
      return results;
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
    open: partner.open,
    decrypt: partner.decrypt,
  };
}

/** Without what came for others: of them nobody looked whether a consent is in force. */
function ofThose<Item extends { readonly residenceRef: string }>(
  residences: readonly string[],
  items: readonly Item[],
): readonly Item[] {
  const asked = new Set(residences);
  return items.filter(({ residenceRef }) => asked.has(residenceRef));
}
