/** The communal partner's API for one request, in terms that its versions have in common. */
import type { CompanyRequest, Partner } from '@commonhold/kit/partner/partner.ts';
import type { PartnerPage } from '@commonhold/kit/partner/partner-page.ts';
import { serveByVersion } from '@commonhold/kit/partner/versions/serve.ts';
import type { ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { paths as v1 } from './generated/v1.ts';
import type { paths as v2 } from './generated/v2.ts';
import type {
  AccountPersonal,
  AccountRecord,
  BillRecord,
  CategoryWord,
  ChangePage,
  ChargeRecord,
  ConsumptionRecord,
  MeterKindWord,
  MeterRecord,
  OutageRecord,
  ReadingRecord,
  ReadingResult,
  ServiceRequestRecord,
  StatusWord,
} from './records.ts';
import { createV1Client } from './v1/client.ts';
import { createV2Client } from './v2/client.ts';

/** The versions that are spoken. */
export interface CommunalVersions {
  readonly v1: v1;
  readonly v2: v2;
}

export type By = { readonly residences: readonly ResidenceKey[] } | { readonly ids: readonly string[] };

export interface CommunalClient {
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
  submitReadings(key: string, readings: readonly SubmittedReading[]): Promise<readonly ReadingResult[]>;
  createServiceRequest(key: string, order: ServiceRequestOrder): Promise<ServiceRequestRecord>;
  updateServiceRequest(key: string, id: string, change: ServiceRequestChange): Promise<ServiceRequestRecord>;
  /** What has changed after the cursor; without one nothing, and the cursor of now. */
  changes(cursor: string | undefined): Promise<ChangePage>;
  openAccount(account: AccountRecord): Promise<AccountPersonal>;
  openDescription(request: ServiceRequestRecord): Promise<string>;
}

export interface SubmittedReading {
  readonly meter: string;
  readonly zone: number;
  /** Decimal string. */
  readonly value: string;
  readonly readAt: string;
  readonly origin: 'resident' | 'operator';
}

export interface ServiceRequestQuestion {
  readonly residences: 'company' | readonly ResidenceKey[];
  readonly status: StatusWord | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface ConsumptionQuestion {
  readonly residences: readonly ResidenceKey[];
  readonly kind: MeterKindWord;
  readonly from: string;
  readonly to: string;
}

export interface ServiceRequestOrder {
  readonly residence: ResidenceKey;
  readonly category: CategoryWord;
  /** In clear; encrypted on its way out. */
  readonly description: string;
}

export interface ServiceRequestChange {
  readonly status?: StatusWord;
  readonly deadline?: string;
  /** Key of a person; null: nobody. */
  readonly assigneeRef?: string | null;
}

/** @throws {PartnerError} PARTNER_REJECTED when the contract doesn't list the request's company */
export function createCommunalClient(partner: Partner<CommunalVersions>, request: CompanyRequest): CommunalClient {
  const served = serveByVersion<CommunalVersions, CommunalClient>(partner, request, {
    v1: createV1Client,
    v2: createV2Client,
  });
  return {
    accounts: (by) => served.query('accounts', (api) => api.accounts(by)),
    meters: (by) => served.query('meters', (api) => api.meters(by)),
    readings: (meters, limit) => served.query('readings', (api) => api.readings(meters, limit)),
    charges: (accounts, limit) => served.query('charges', (api) => api.charges(accounts, limit)),
    bills: (accounts, limit) => served.query('bills', (api) => api.bills(accounts, limit)),
    outages: (residences) => served.query('outages', (api) => api.outages(residences)),
    serviceRequests: (ids) => served.query('serviceRequests', (api) => api.serviceRequests(ids)),
    serviceRequestPage: (question) =>
      served.page('serviceRequestPage', question.cursor, (api, cursor) =>
        api.serviceRequestPage({ ...question, cursor }),
      ),
    consumption: (question) => served.query('consumption', (api) => api.consumption(question)),
    submitReadings: (key, readings) => served.order((api) => api.submitReadings(key, readings)),
    createServiceRequest: (key, order) => served.order((api) => api.createServiceRequest(key, order)),
    updateServiceRequest: (key, id, change) => served.order((api) => api.updateServiceRequest(key, id, change)),
    changes: (cursor) => served.query('changes', (api) => api.changes(cursor)),
    openAccount: (account) => served.open(account.apiVersion, (api) => api.openAccount(account)),
    openDescription: (asked) => served.open(asked.apiVersion, (api) => api.openDescription(asked)),
  };
}
