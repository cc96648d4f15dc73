/**
 * What the gateway tells one subgraph of who asks: their company, and of their grants only what this subgraph's schema
 * speaks of. Who they are, only where the subgraph needs it.
 */
import { ROLES } from '@commonhold/schema/policy.ts';
import type { SubgraphEntry } from '@commonhold/schema/subgraphs.ts';
import { generalPolicies, type Principal } from '../authentication/principal.ts';

/** Scopes and policies that a subgraph's schema names. */
export interface NamedRights {
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

export interface SubgraphClaims {
  readonly tenant: string;
  readonly sub?: string;
  readonly policies: readonly string[];
  readonly grants: readonly {
    readonly scopes: readonly string[];
    readonly policies: readonly string[];
    /** Absent: the whole company. */
    readonly residences?: readonly string[];
  }[];
  readonly [claim: string]: unknown;
}

export function subgraphClaims(
  principal: Principal,
  { personalClaims }: Pick<SubgraphEntry, 'personalClaims'>,
  named: NamedRights,
  now: number,
): SubgraphClaims {
  const grants = principal.grants.map(({ role, residences }) => ({
    scopes: ROLES[role].scopes.filter((scope) => named.scopes.has(scope)),
    policies: ROLES[role].policies.filter((policy) => named.policies.has(policy)),
    ...(residences && { residences }),
  }));
  return {
    tenant: principal.tenant,
    ...(personalClaims.includes('sub') && { sub: principal.subject }),
    policies: generalPolicies(principal, now).filter((policy) => named.policies.has(policy)),
    grants: grants.filter(({ scopes, policies }) => scopes.length > 0 || policies.length > 0),
  };
}
