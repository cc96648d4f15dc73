/** What resolvers return for a type, and what the resolvers of that type's fields are given. */
import type { OpaqueId, ResidenceKey } from '@commonhold/kit/tenancy/ids.ts';
import type { MeterKind, ReadingSource, ReadingStatus, Source } from './generated/resolvers.ts';

export interface ResidenceParent {
  readonly id: OpaqueId;
  /** What the directory keeps, when the gateway fetched it for a field that asks for it. */
  readonly areaSquareMeters?: string | undefined;
}

export interface UtilityAccountParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly residence: ResidenceKey;
  readonly source: Source;
  /** Opens the personal part, once, when the first field of it is asked for. */
  personal(): Promise<{ readonly number: string; readonly holderName: string; readonly balance: string }>;
}

export interface MeterParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly residence: ResidenceKey;
  readonly kind: MeterKind;
  readonly serial: string;
  readonly nextVerificationOn: string;
  /** The smart-home partner's key of the device that reports for the meter. */
  readonly smartMeter: string | undefined;
  readonly source: Source;
}

export interface ReadingParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly values: readonly { readonly zone: number; readonly value: string }[];
  readonly readAt: string;
  readonly source: ReadingSource;
  readonly status: ReadingStatus;
}

export interface ServiceRequestParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly residenceKey: ResidenceKey;
  readonly number: string;
  readonly status: 'OPEN' | 'ASSIGNED' | 'IN_PROGRESS' | 'DONE' | 'CANCELLED';
  readonly category: 'PLUMBING' | 'HEATING' | 'ELECTRICAL' | 'ACCESS' | 'OTHER';
  readonly deadline: string | null;
  /** Id of a person. */
  readonly assignee: OpaqueId | null;
  readonly createdAt: string;
  readonly source: Source;
  /** Opens the description. */
  openDescription(): Promise<string>;
}
