/** What resolvers return for a type, and what the resolvers of that type's fields are given: keys rather than objects. */
import type { OpaqueId, ResidenceKey, TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import type { BreakGlassOutcome, ReviewBecause, ReviewDecision } from './database/tables.ts';
import type { NoticeKind } from './notices/kinds.ts';
import type { BreakGlassState } from './records/break-glass-state.ts';
import type { GrantState } from './records/grant-state.ts';
import type { Partner } from './records/partners.ts';
import type { ReviewItemState } from './records/review-state.ts';

export interface PropertyParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly name: string;
  readonly address: string;
}

export interface ResidenceParent {
  readonly id: OpaqueId;
  readonly key: ResidenceKey;
  /** Key of the building. */
  readonly property: string;
  readonly number: string;
  readonly floor: number;
  readonly areaSquareMeters: string;
}

/** Personal columns stay sealed until the very field is asked for. */
export interface PersonParent {
  readonly id: OpaqueId;
  readonly tenant: TenantId;
  readonly key: string;
  readonly sealedName: string;
  readonly sealedEmail: string | null;
  readonly sealedPhone: string | null;
}

export interface RoleGrantParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly role: Role;
  readonly subject: string;
  /** Key of the person; null for a service. */
  readonly person: string | null;
  /** null: the whole company. */
  readonly residences: readonly ResidenceKey[] | null;
  /** Keys of the buildings; null unless it is granted by buildings. */
  readonly properties: readonly string[] | null;
  readonly reason: string;
  readonly since: string;
  readonly until: string;
  readonly state: GrantState;
  /** Subjects. */
  readonly grantedBy: string | null;
  readonly approvedBy: string | null;
  readonly revokedAt: string | null;
}

export interface BreakGlassParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly subject: string;
  /** Key of the person; null: they have no person any more. */
  readonly person: string | null;
  /** Names of buildings with numbers of residences. */
  readonly places: readonly string[];
  readonly reason: string;
  readonly since: string;
  readonly until: string;
  readonly state: BreakGlassState;
  readonly reviewDue: string;
  readonly reviewedAt: string | null;
  /** Subject. */
  readonly reviewedBy: string | null;
  readonly outcome: BreakGlassOutcome | null;
  readonly remark: string | null;
}

export interface ReviewCampaignParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly name: string;
  /** Subject; null: it started by itself. */
  readonly startedBy: string | null;
  readonly startedAt: string;
  readonly endsAt: string;
  readonly state: 'OPEN' | 'CLOSED';
  readonly closedAt: string | null;
}

export interface ReviewCountsParent {
  readonly total: number;
  readonly undecided: number;
  readonly kept: number;
  readonly revoked: number;
  readonly unconfirmed: number;
  readonly settled: number;
  readonly left: number;
}

export interface ReviewItemParent {
  readonly id: OpaqueId;
  readonly key: string;
  /** Key of the grant. */
  readonly grant: string;
  /** Who holds it. */
  readonly subject: string;
  readonly reach: 'COMPANY' | 'PROPERTIES' | 'RESIDENCES' | 'ASSIGNMENTS';
  readonly places: readonly string[];
  readonly residenceCount: number | null;
  readonly lastUsedOn: string | null;
  readonly proposal: 'KEEP' | 'REMOVE';
  readonly because: ReviewBecause;
  readonly state: ReviewItemState;
  readonly decision: ReviewDecision | null;
  /** Subject. */
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly remark: string | null;
}

export interface ConsentParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly residence: ResidenceKey;
  readonly partner: Partner;
  readonly purpose: 'OPERATION';
  readonly since: string;
  readonly until: string;
  readonly withdrawnAt: string | null;
}

export interface ViewerParent {
  readonly subject: string;
  /** Key of the person; null for a service. */
  readonly person: string | null;
  readonly roles: readonly Role[];
  readonly scopes: readonly string[];
  readonly policies: readonly string[];
}

export interface NoticeParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly kind: NoticeKind;
  readonly about: readonly { readonly type: string; readonly record: OpaqueId }[];
  readonly text: string;
  readonly at: string;
  readonly readAt: string | null;
}

export interface ProvisionedGroupParent {
  readonly id: string;
  readonly key: string;
  readonly displayName: string;
  readonly memberCount: number;
  readonly role: GroupRoleParent | null;
}

export interface GroupRoleParent {
  readonly role: Role;
  /** Keys; null unless it is for buildings. */
  readonly properties: readonly string[] | null;
  /** null unless it is for residences. */
  readonly residences: readonly ResidenceKey[] | null;
  readonly days: number;
  readonly setBy: string;
  readonly setAt: string;
}

export interface ProvisioningTokenParent {
  readonly id: string;
  readonly key: string;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly until: string;
}

export interface RecoveryRequestParent {
  readonly id: string;
  readonly key: string;
  /** Key of the person. */
  readonly person: string | null;
  readonly askedAt: string;
  readonly until: string;
}

export interface WebhookParent {
  readonly id: OpaqueId;
  readonly key: string;
  readonly url: string;
  /** Subject. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly previousSecretUntil: string | null;
}

export interface PartnerContractParent {
  readonly id: OpaqueId;
  readonly tenant: TenantId;
  readonly key: string;
  readonly partner: Partner;
  readonly version: string;
  readonly validUntil: string;
  readonly mediaType: 'application/pdf' | 'text/markdown';
  /** Subject. */
  readonly addedBy: string;
  /** When it was added. */
  readonly since: string;
}

export interface IncidentParent {
  readonly id: OpaqueId;
  readonly text: string;
  readonly announcedAt: string;
}
