/** What resolvers return for a type, and what the resolvers of that type's fields are given: keys rather than objects. */
import type { OpaqueId, ResidenceKey, TenantId } from '@commonhold/kit/tenancy/ids.ts';
import type { Role } from '@commonhold/schema/policy.ts';
import type { GrantState } from './records/grant-state.ts';
import type { Partner } from './records/partners.ts';

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
