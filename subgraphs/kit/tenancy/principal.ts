/**
 * Who asks a subgraph, for which company, with which grants: parsed from the token that the gateway minted for this
 * subgraph and request. It holds only the scopes that this subgraph's SDL names.
 */
import type { Rights } from '@commonhold/schema/requirement.ts';
import { z } from 'zod';
import { decodeId, type ResidenceKey, residenceKey, type TenantId, type TypedId, tenantId } from './ids.ts';

/** Scopes and policies, and the residences for which they hold. */
export interface Grant {
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
  /** undefined: the whole company. */
  readonly residences: ReadonlySet<ResidenceKey> | undefined;
}

export interface Principal {
  readonly tenant: TenantId;
  /** Subject of the access token; undefined where the subgraph doesn't need it. */
  readonly subject: string | undefined;
  readonly grants: readonly Grant[];
  /** Policies that hold wherever the object is: `public`, `fresh-mfa`. */
  readonly policies: ReadonlySet<string>;
}

/** What stands in the gateway's token, as it goes over the wire. */
export const subgraphClaims = z.object({
  tenant: z.string().transform(tenantId),
  sub: z.string().min(1).max(255).optional(),
  policies: z.array(z.string()),
  grants: z.array(
    z.object({
      scopes: z.array(z.string()),
      policies: z.array(z.string()),
      residences: z.array(z.string().transform(residenceKey)).optional(),
    }),
  ),
});

export type SubgraphClaims = z.input<typeof subgraphClaims>;

/** @throws {z.ZodError} when the claims aren't those of a gateway's token. */
export function parsePrincipal(claims: unknown): Principal {
  const { tenant, sub, policies, grants } = subgraphClaims.parse(claims);
  return {
    tenant,
    subject: sub,
    policies: new Set(policies),
    grants: grants.map((grant) => ({
      scopes: new Set(grant.scopes),
      policies: new Set(grant.policies),
      residences: grant.residences && new Set(grant.residences),
    })),
  };
}

/** What the principal may do anywhere in the company: the union of all grants. */
export function rights(principal: Principal): Rights {
  return join(principal, principal.grants);
}

/** What the principal may do with what belongs to `residence`: the union of the grants that reach it. */
export function rightsOn(principal: Principal, residence: ResidenceKey): Rights {
  return join(
    principal,
    principal.grants.filter((grant) => grant.residences === undefined || grant.residences.has(residence)),
  );
}

/** What the principal may do with the object of this id; undefined: the id is foreign, malformed or of another type. */
export function rightsOnId(principal: Principal, id: TypedId): Rights | undefined {
  if (id.tenant !== principal.tenant) return undefined;
  return id.residence === undefined ? rights(principal) : rightsOn(principal, id.residence);
}

/**
 * The parts of an id that came from outside, when it is of one of `types` in the principal's company and some grant
 * with all of `scopes` reaches it. Anything else answers alike: undefined, as for an object that doesn't exist.
 */
export function ownId(
  principal: Principal,
  value: unknown,
  types: readonly string[],
  scopes: readonly string[],
): TypedId | undefined {
  const id = decodeId(value);
  if (!id || !types.includes(id.type)) return undefined;
  const held = rightsOnId(principal, id);
  return held && scopes.every((scope) => held.scopes.has(scope)) ? id : undefined;
}

/** The residences on which the principal holds all of `scopes`; `'company'`: all of the company's. */
export function reach(principal: Principal, scopes: readonly string[]): 'company' | ReadonlySet<ResidenceKey> {
  const companyWide = join(
    principal,
    principal.grants.filter((grant) => grant.residences === undefined),
  );
  if (scopes.every((scope) => companyWide.scopes.has(scope))) return 'company';
  const named = principal.grants.flatMap((grant) => [...(grant.residences ?? [])]);
  return new Set(
    named.filter((residence) => {
      const held = rightsOn(principal, residence);
      return scopes.every((scope) => held.scopes.has(scope));
    }),
  );
}

function join(principal: Principal, grants: readonly Grant[]): Rights {
  return {
    authenticated: true,
    scopes: new Set(grants.flatMap((grant) => [...grant.scopes])),
    policies: new Set([...principal.policies, ...grants.flatMap((grant) => [...grant.policies])]),
  };
}
