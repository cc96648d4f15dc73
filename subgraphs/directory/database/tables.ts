/**
 * The tables as queries see them. Each row carries its company in `tenant`; every key, and every reference between
 * tables, includes it, so that no row can point to another company's.
 */

import type { ResidenceKey, TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ColumnType, Generated } from 'kysely';
import type { Partner } from '../records/partners.ts';

type Instant = ColumnType<Date, Date | string, Date | string>;
type OptionalInstant = ColumnType<Date | null, Date | string | null, Date | string | null>;

/** What a grant is for: the whole company, all residences of some buildings, or some residences. */
export type GrantReach = 'company' | 'properties' | 'residences';

export interface Tables {
  company: { tenant: TenantId; name: string };
  property: { tenant: TenantId; key: string; name: string; address: string };
  residence: {
    tenant: TenantId;
    key: ResidenceKey;
    property: string;
    number: string;
    floor: number;
    area_square_meters: string;
  };
  person: {
    tenant: TenantId;
    key: string;
    sealed_name: string;
    sealed_email: string | null;
    sealed_phone: string | null;
  };
  occupancy: { tenant: TenantId; residence: ResidenceKey; person: string; since: Instant; until: OptionalInstant };
  /** Who can log in: a person, or a service by client credentials. */
  account: {
    tenant: TenantId;
    subject: string;
    kind: 'person' | 'service';
    person: string | null;
    suspended_at: OptionalInstant;
    suspended_by: Generated<string | null>;
    suspension_reason: Generated<string | null>;
  };
  role_grant: {
    tenant: TenantId;
    key: Generated<string>;
    subject: string;
    role: string;
    reach: GrantReach;
    reason: string;
    since: Instant;
    until: Instant;
    /** Subject of who gave it; null: it came with the company. */
    granted_by: Generated<string | null>;
    needs_approval: Generated<boolean>;
    approved_by: Generated<string | null>;
    approved_at: OptionalInstant;
    revoked_by: Generated<string | null>;
    revoked_at: OptionalInstant;
  };
  role_grant_property: { tenant: TenantId; role_grant: string; property: string };
  role_grant_residence: { tenant: TenantId; role_grant: string; residence: ResidenceKey };
  consent: {
    tenant: TenantId;
    key: Generated<string>;
    residence: ResidenceKey;
    partner: Partner;
    purpose: 'OPERATION';
    since: Instant;
    until: Instant;
    withdrawn_at: Generated<Date | null>;
  };
  /** Orders by idempotency key, with what became of them. */
  given_order: {
    tenant: TenantId;
    subject: string;
    key: string;
    fingerprint: string;
    result: string;
    given_at: Generated<Date>;
  };
  /** What was seeded, once; of no company. */
  seed: { name: string; seeded_at: Generated<Date> };
}
