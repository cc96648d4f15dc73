/**
 * What the gateway tells one subgraph of who asks: their company, and of their grants only what this subgraph's schema
 * speaks of. Who they are, only where the subgraph needs it.
 */
import { holdingsOf } from '@commonhold/schema/policy.ts';
import type { SubgraphEntry } from '@commonhold/schema/subgraphs.ts';
import { type Grant, generalPolicies, type Principal } from '../authentication/principal.ts';

/** Scopes and policies that a subgraph's schema names. */
export interface NamedRights {
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

export interface SubgraphClaims {
  readonly tenant: string;
  readonly sub?: string;
  readonly policies: readonly string[];
  /** All changes of the company's access up to this one are in the grants. */
  readonly accessVersion: number;
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
  const grants = oneOfEachRole(principal.grants).map(({ role, residences }) => {
    const { scopes, policies } = holdingsOf(role, principal.isBriefingDue);
    return {
      scopes: scopes.filter((scope) => named.scopes.has(scope)),
      policies: policies.filter((policy) => named.policies.has(policy)),
      ...(residences && { residences }),
    };
  });
  return {
    tenant: principal.tenant,
    ...(personalClaims.includes('sub') && { sub: principal.subject }),
    policies: generalPolicies(principal, now).filter((policy) => named.policies.has(policy)),
    accessVersion: principal.accessVersion,
    grants: grants.filter(({ scopes, policies }) => scopes.length > 0 || policies.length > 0),
  };
}

/** The same rights in fewer words: somebody may hold a role by a grant for each of many residences. */
function oneOfEachRole(grants: readonly Grant[]): readonly Grant[] {
  return [...new Set(grants.map(({ role }) => role))].map((role) => {
    const residences = grants.filter((grant) => grant.role === role).map((grant) => grant.residences);
    const named = residences.flatMap((some) => some ?? []);
    return { role, residences: residences.includes(undefined) ? undefined : [...new Set(named)] };
  });
}
