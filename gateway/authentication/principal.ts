/** Who asks, how they proved it, and what they hold: the token says the first two, the directory the third. */
import { FRESH_MFA_SECONDS, type Policy, ROLES, type Role } from '@commonhold/schema/policy.ts';
import type { Rights } from '@commonhold/schema/requirement.ts';

export interface Principal {
  readonly kind: 'person' | 'service';
  readonly subject: string;
  readonly tenant: string;
  readonly client: string;
  readonly tokenId: string;
  readonly login: Login;
  readonly grants: readonly Grant[];
}

/** How somebody logged in, as the access token says. */
export interface Login {
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  /** Seconds since the epoch; undefined for services. */
  readonly authTime: number | undefined;
  readonly isMultiFactor: boolean;
}

export interface Grant {
  readonly role: Role;
  /** undefined: the whole company. */
  readonly residences: readonly string[] | undefined;
}

/** What the principal may do anywhere in the company, at the instant `now` (milliseconds): the union of all grants. */
export function rightsOf(principal: Principal, now: number): Rights {
  const roles = principal.grants.map((grant) => ROLES[grant.role]);
  return {
    authenticated: true,
    scopes: new Set(roles.flatMap((role) => [...role.scopes])),
    policies: new Set([...generalPolicies(principal, now), ...roles.flatMap((role) => [...role.policies])]),
  };
}

/** Policies that hold wherever an object is: they come from the login, not from a grant. */
export function generalPolicies(principal: Principal, now: number): readonly Policy[] {
  return isFresh(principal.login, now) ? ['public', 'fresh-mfa'] : ['public'];
}

/** The same rights after a new login with two factors: what a step-up would bring. */
export function withFreshLogin(rights: Rights): Rights {
  return { ...rights, policies: new Set([...rights.policies, 'fresh-mfa' satisfies Policy]) };
}

function isFresh(login: Login, now: number): boolean {
  return login.isMultiFactor && login.authTime !== undefined && now / 1000 - login.authTime <= FRESH_MFA_SECONDS;
}
