/**
 * The tables as queries see them. Each row carries its company in `tenant`; every key, and every reference between
 * tables, includes it, so that no row can point to another company's.
 */

import type { ResidenceKey, TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { ColumnType, Generated, RawBuilder } from 'kysely';
import type { Partner } from '../records/partners.ts';

type Instant = ColumnType<Date, Date | string, Date | string>;
type OptionalInstant = ColumnType<Date | null, Date | string | null, Date | string | null>;

/** What a grant is for: the whole company, all residences of some buildings, some residences, or those of assigned requests. */
export type GrantReach = 'company' | 'properties' | 'residences' | 'assignments';

export type BreakGlassOutcome = 'JUSTIFIED' | 'UNJUSTIFIED';

/** What is known of a grant's use when a review begins. */
export type ReviewBecause = 'USED' | 'NEW' | 'UNUSED' | 'NEVER_USED';

export type ReviewDecision = 'KEEP' | 'REVOKE';

export type ReviewOutcome = 'UNCONFIRMED' | 'LEFT' | 'SETTLED';

/** `refused`: for good, or again and again. */
export type DeliveryOutcome = 'delivered' | 'refused' | 'expired';

/** Something on its way out. */
interface Delivery {
  tenant: TenantId;
  key: Generated<string>;
  made_at: Generated<Date>;
  attempts: Generated<number>;
  /** When it is tried next. */
  due_at: ColumnType<Date, undefined, Date>;
  outcome: ColumnType<DeliveryOutcome | null, undefined, DeliveryOutcome>;
  ended_at: ColumnType<Date | null, undefined, Date>;
}

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
    /** Since when the company's own provider has said that they are inactive; beside a suspension, not in its place. */
    deprovisioned_at: OptionalInstant;
    /** Logins before this instant are over. */
    logins_ended_at: OptionalInstant;
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
    /** The group of the company's provider that it came of, be it there or not. */
    for_group: Generated<string | null>;
    /** While it is under review and nobody confirmed it: it has no effect from then on. */
    confirm_by: OptionalInstant;
    /** Key of the review in which nobody confirmed it. */
    unconfirmed_in: Generated<string | null>;
    /** Its use before is unknown; null: all of it is known. */
    use_noted_from: ColumnType<Date | null, undefined, never>;
  };
  /** A review of all grants of a company; one at a time. */
  review_campaign: {
    tenant: TenantId;
    key: Generated<string>;
    name: string;
    /** Subject; null: it started by itself. */
    started_by: string | null;
    started_at: Generated<Date>;
    ends_at: Instant;
    closed_at: ColumnType<Date | null, undefined, Date | RawBuilder<Date>>;
  };
  review_item: {
    tenant: TenantId;
    key: Generated<string>;
    campaign: string;
    role_grant: string;
    /** Who holds the grant. */
    subject: string;
    /** As it was known when the review began. */
    last_used_on: ColumnType<Date | null, Date | null, never>;
    because: ReviewBecause;
    decision: ColumnType<ReviewDecision | null, undefined, ReviewDecision>;
    decided_by: ColumnType<string | null, undefined, string>;
    decided_at: ColumnType<Date | null, undefined, Date | RawBuilder<Date>>;
    remark: ColumnType<string | null, undefined, string | null>;
    /** What became of it undecided, when the review ended. */
    outcome: ColumnType<ReviewOutcome | null, undefined, ReviewOutcome>;
  };
  /** On which day a grant was used last, in UTC. */
  grant_use: { tenant: TenantId; role_grant: string; last_used_on: Date };
  role_grant_property: { tenant: TenantId; role_grant: string; property: string };
  role_grant_residence: { tenant: TenantId; role_grant: string; residence: ResidenceKey };
  /** Rights of an hour that somebody took, for others to review. */
  break_glass: {
    tenant: TenantId;
    key: Generated<string>;
    /** Who broke it. */
    subject: string;
    reason: string;
    since: ColumnType<Date, undefined, never>;
    until: ColumnType<Date, RawBuilder<Date>, never>;
    review_due: ColumnType<Date, RawBuilder<Date>, never>;
    /** Before its time. */
    ended_by: Generated<string | null>;
    ended_at: ColumnType<Date | null, undefined, RawBuilder<Date>>;
    reviewed_by: Generated<string | null>;
    reviewed_at: ColumnType<Date | null, undefined, RawBuilder<Date>>;
    outcome: ColumnType<BreakGlassOutcome | null, undefined, BreakGlassOutcome>;
    remark: Generated<string | null>;
  };
  /** To whom service requests are assigned. */
  assignment: {
    tenant: TenantId;
    /** The partner's key. */
    request: string;
    residence: ResidenceKey;
    /** null: nobody, or it is over. */
    subject: string | null;
    until: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
    as_of: Date;
  };
  /** Who confirmed the security briefing. */
  briefing_confirmation: {
    tenant: TenantId;
    subject: string;
    version: string;
    confirmed_at: ColumnType<Date, undefined, never>;
  };
  break_glass_residence: { tenant: TenantId; break_glass: string; residence: ResidenceKey };
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
  /** How often access of somebody in the company has changed. */
  access_version: { tenant: TenantId; version: ColumnType<string, number, RawBuilder<unknown>> };
  /** The latest of them, each with the version that it made. */
  access_change: {
    tenant: TenantId;
    version: ColumnType<string, string, never>;
    kind: 'subject' | 'session' | 'token';
    key: string;
    at: Generated<Date>;
  };
  /** Login sessions and access tokens that ended before their time, until they would have ended by themselves. */
  ended_login: { tenant: TenantId; kind: 'session' | 'token'; key: string; until: Instant };
  notice: {
    tenant: TenantId;
    key: Generated<string>;
    subject: string;
    kind: string;
    about: ColumnType<unknown, string, never>;
    at: Generated<Date>;
    read_at: OptionalInstant;
    /** The same for all who are told of one thing. */
    event: Generated<string>;
    /** When it was handed on to mail and webhooks. */
    posted_at: OptionalInstant;
  };
  incident: {
    tenant: TenantId;
    key: Generated<string>;
    text: string;
    announced_by: string;
    announced_at: Generated<Date>;
  };
  /** Kinds of notices that somebody doesn't want by mail. */
  unwanted_mail: { tenant: TenantId; subject: string; kind: string };
  /** Where a company has its notices sent to. */
  webhook: {
    tenant: TenantId;
    key: string;
    url: string;
    /** null: it was removed. */
    sealed_secret: string | null;
    sealed_previous_secret: Generated<string | null>;
    previous_until: OptionalInstant;
    created_by: string;
    created_at: Generated<Date>;
    removed_at: OptionalInstant;
  };
  /** Signed; written once. */
  partner_contract: {
    tenant: TenantId;
    key: string;
    partner: Partner;
    version: string;
    valid_until: Instant;
    media_type: 'application/pdf' | 'text/markdown';
    sealed_document: string;
    added_by: string;
    since: Generated<Date>;
  };
  webhook_delivery: { webhook: string; payload: string } & Delivery;
  /** A company's own one; at most one each. */
  identity_provider: {
    tenant: TenantId;
    issuer: string;
    client_id: string;
    account_claim: 'email' | 'preferred_username';
    assertion_audience: 'issuer' | 'token-endpoint';
    mfa_acr: string[];
    mfa_amr: string[];
    set_by: string;
    set_at: ColumnType<Date, RawBuilder<Date>, RawBuilder<Date>>;
  };
  /** Who of a company's provider is who of ours, since their first login by it. */
  federated_login: {
    tenant: TenantId;
    issuer: string;
    subject_hash: string;
    subject: string;
    since: Generated<Date>;
  };
  /** What a company's identity provider shows to put people in and take them out. */
  provisioning_token: {
    tenant: TenantId;
    key: Generated<string>;
    token_hash: string;
    created_by: string;
    created_at: Generated<Date>;
    until: Instant;
    last_used_at: OptionalInstant;
    revoked_at: OptionalInstant;
  };
  /** A person (by the same key) as the company's provider knows them. */
  provisioned_user: {
    tenant: TenantId;
    key: string;
    user_name_hash: string;
    external_id_hash: string | null;
    sealed_profile: string;
    version: Generated<number>;
    created_at: Generated<Date>;
    modified_at: ColumnType<Date, never, RawBuilder<Date>>;
  };
  provisioned_email: { tenant: TenantId; person: string; email_hash: string };
  provisioned_group: {
    tenant: TenantId;
    key: string;
    name_hash: string;
    external_id_hash: string | null;
    sealed_profile: string;
    version: Generated<number>;
    created_at: Generated<Date>;
    modified_at: ColumnType<Date, never, RawBuilder<Date>>;
  };
  provisioned_member: { tenant: TenantId; in_group: string; person: string };
  /** What a group gives; at most one role each. */
  group_role: {
    tenant: TenantId;
    of_group: string;
    role: string;
    reach: GrantReach;
    properties: string[];
    residences: ResidenceKey[];
    days: number;
    set_by: string;
    set_at: Generated<Date>;
  };
  /** To a first login; once. */
  invitation: {
    tenant: TenantId;
    token_hash: string;
    person: string;
    made_at: Generated<Date>;
    until: Instant;
    redeemed_at: ColumnType<Date | null, never, RawBuilder<Date>>;
  };
  /** Of people who lost what they log in with. */
  recovery_request: {
    tenant: TenantId;
    key: Generated<string>;
    subject: string;
    code_hash: string;
    wrong_codes: Generated<number>;
    asked_at: Generated<Date>;
    until: Instant;
    decision: ColumnType<'approved' | 'refused' | null, never, 'approved' | 'refused'>;
    decided_by: ColumnType<string | null, never, string>;
    decided_at: ColumnType<Date | null, never, RawBuilder<Date>>;
    /** Keyed hash of the secret in the link, since it was approved. */
    link_hash: ColumnType<string | null, never, string>;
    link_until: ColumnType<Date | null, never, Date>;
    redeemed_at: ColumnType<Date | null, never, RawBuilder<Date>>;
  };
  /** Letters on their way by mail. */
  letter: {
    /** Address, subject and text; null when it has ended. */
    sealed: ColumnType<string | null, string, null>;
    until: Instant;
  } & Delivery;
  /** Which replica does which recurring work; of no company. */
  recurring_job: { name: string; holder: string; began_at: Instant; leased_until: Instant };
  /** What was seeded, once; of no company. */
  seed: { name: string; seeded_at: Generated<Date> };
}
