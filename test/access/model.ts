/** Who may do what, as simply as it can be said: what the model denies is denied. */
import { REVIEWS, ROLES, type Role } from '@commonhold/schema/policy.ts';

export interface ModelGrant {
  readonly subject: string;
  readonly role: Role;
  readonly givenBy: string | null;
  since: number;
  until: number;
  isApproved: boolean;
  isRevoked: boolean;
  /** Of a grant under review: when it ends unless it is confirmed. */
  confirmBy?: number | undefined;
}

export interface Model {
  /** By the grant's id. */
  readonly grants: Map<string, ModelGrant>;
  readonly suspended: Set<string>;
}

export function mayDo({ grants, suspended }: Model, subject: string, now: number): ReadonlySet<Role> {
  if (suspended.has(subject)) return new Set();
  const inForce = [...grants.values()].filter(
    (grant) => grant.subject === subject && grant.isApproved && !grant.isRevoked && isInTime(grant, now),
  );
  return new Set(inForce.map(({ role }) => role));
}

function isInTime({ role, since, until, confirmBy = Infinity }: ModelGrant, now: number): boolean {
  const isNeverWithout = REVIEWS.neverWithout.some((last) => last === role);
  return since <= now && now < until && (isNeverWithout || now < confirmBy);
}

/** Whether somebody may grant, approve and revoke that role. */
export function mayGrant(model: Model, by: string, role: Role, now: number): boolean {
  const held = mayDo(model, by, now);
  return ROLES[role].grantedBy.some((granting) => held.has(granting));
}

/** As if that much time had gone by. */
export function letPass({ grants }: Model, milliseconds: number): void {
  for (const grant of grants.values()) {
    grant.since -= milliseconds;
    grant.until -= milliseconds;
    if (grant.confirmBy !== undefined) grant.confirmBy -= milliseconds;
  }
}
