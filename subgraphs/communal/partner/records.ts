/** What the partner's records say, in whichever version of its API they came: what the subgraph works by. */

export type MeterKindWord = 'cold-water' | 'hot-water' | 'electricity' | 'heat' | 'gas';
export type StatusWord = 'open' | 'assigned' | 'in-progress' | 'done' | 'cancelled';
export type CategoryWord = 'plumbing' | 'heating' | 'electrical' | 'access' | 'other';
export type RefusalWord = 'meter-not-found' | 'below-last-reading' | 'in-the-future' | 'not-plausible';

/** A record of a residence. */
interface Owned {
  readonly id: string;
  readonly companyId: string;
  readonly residenceRef: string;
}

/** A record that the graph names the source of. */
interface Served extends Owned {
  /** The version that it came in. */
  readonly apiVersion: string;
}

export interface AccountRecord extends Served {
  /** An `AccountPersonal`, encrypted as the version has it. */
  readonly personal: string;
}

export interface AccountPersonal {
  readonly number: string;
  readonly holderName: string;
  readonly balance: string;
}

export interface MeterRecord extends Served {
  readonly kind: MeterKindWord;
  readonly serial: string;
  readonly verifyBy: string;
  readonly smartMeterRef?: string | undefined;
}

export interface ReadingRecord extends Owned {
  readonly meterId: string;
  readonly zones: readonly { readonly zone: number; readonly value: string }[];
  readonly readAt: string;
  readonly origin: 'automatic' | 'resident' | 'operator';
  readonly status: 'submitted' | 'confirmed' | 'rejected';
}

/** Either a reading or why it wasn't taken. */
export type ReadingResult =
  | { readonly reading: ReadingRecord; readonly refusal?: undefined }
  | { readonly refusal: RefusalWord; readonly reading?: undefined };

export interface ChargeRecord extends Owned {
  readonly accountId: string;
  readonly service: string;
  readonly month: string;
  readonly amount: string;
}

export interface BillRecord extends Owned {
  readonly accountId: string;
  readonly month: string;
  readonly amount: string;
  readonly dueOn: string;
  readonly paid: boolean;
}

export interface OutageRecord {
  readonly id: string;
  readonly propertyRef: string;
  readonly kind: MeterKindWord;
  readonly startsAt: string;
  readonly endsAt?: string | null | undefined;
  readonly planned: boolean;
}

export interface ServiceRequestRecord extends Served {
  readonly number: string;
  readonly status: StatusWord;
  readonly category: CategoryWord;
  readonly deadline?: string | null | undefined;
  /** The operator's key of a person. */
  readonly assigneeRef?: string | null | undefined;
  readonly updatedAt?: string | undefined;
  /** Encrypted. */
  readonly description: string;
  readonly createdAt: string;
}

export interface ConsumptionRecord {
  readonly residenceRef: string;
  readonly propertyRef: string;
  readonly month: string;
  readonly amount: string;
}

/** What happened, as the partner would write it into a webhook. */
export interface ChangePage {
  readonly items: readonly { readonly id: string; readonly event: unknown }[];
  readonly cursor: string;
  readonly more: boolean;
}
