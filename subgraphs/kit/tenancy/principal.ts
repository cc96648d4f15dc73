/**
 * Who asks a subgraph, for which company, with which grants: parsed from the token that the gateway minted for this
 * subgraph and request. It holds only the scopes that this subgraph's SDL names.
 */
import { detachList } from '@commonhold/platform/tls/detached-list.ts';
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
  /** Policies that hold wherever the object is: `public`, and those that come of the login. */
  readonly policies: ReadonlySet<string>;
}

const residenceKeys = z.array(z.string().transform(residenceKey));

/** What stands in the gateway's token, as it goes over the wire. */
export const subgraphClaims = z.object({
  tenant: z.string().transform(tenantId),
  sub: z.string().min(1).max(255).optional(),
  policies: z.array(z.string()),
  /** Looked at before anything else; see `server/current-access.ts`. */
  accessVersion: z.number().int().nonnegative().optional(),
  grants: z.array(
    z.object({
      scopes: z.array(z.string()),
      policies: z.array(z.string()),
      /** Of many, a digest: the list itself comes in the body. Absent: the whole company. */
      residences: z.union([residenceKeys, z.strictObject({ sha256: z.string() })]).optional(),
    }),
  ),
});

export type SubgraphClaims = z.input<typeof subgraphClaims>;

/** Where lists of residences stand in a request whose token has no room for them. */
const detached = z.object({ extensions: z.object({ residences: z.array(z.array(z.string())) }) });

/**
 * @param claims of the gateway's token, which has been verified
 * @param body of the request: nothing of it counts that the token doesn't hold the digest of
 * @throws {z.ZodError} when the claims aren't those of a gateway's token
 * @throws {Error} when a list is missing, or isn't the one that the token speaks of
 */
export function parsePrincipal(claims: unknown, body?: unknown): Principal {
  const { tenant, sub, policies, grants } = subgraphClaims.parse(claims);
  const lists = detached.safeParse(body).data?.extensions.residences ?? [];
  const byDigest = new Map(lists.map((list) => [detachList(list).sha256, list]));
  const residencesOf = (residences: (typeof grants)[number]['residences']): ReadonlySet<ResidenceKey> | undefined => {
    if (residences === undefined) return undefined;
    if (!('sha256' in residences)) return new Set(residences);
    const list = byDigest.get(residences.sha256);
    if (!list) throw new Error('a list of residences is missing');
    return new Set(residenceKeys.parse(list));
  };
  return {
    tenant,
    subject: sub,
    policies: new Set(policies),
    grants: grants.map((grant) => ({
      scopes: new Set(grant.scopes),
      policies: new Set(grant.policies),
      residences: residencesOf(grant.residences),
    })),
  };
}

/** Whether the token's lists of residences come in the body. @throws {z.ZodError} as `parsePrincipal` */
export function hasDetachedLists(claims: unknown): boolean {
  return subgraphClaims
    .parse(claims)
    .grants.some(({ residences }) => residences !== undefined && 'sha256' in residences);
}

/** What the principal may do anywhere in the company: the union of all grants. */
export function rights(principal: Principal): Rights {
  return rightsOf(principal, principal.grants);
}

/** What the principal may do with what belongs to `residence`: the union of the grants that reach it. */
export function rightsOn(principal: Principal, residence: ResidenceKey): Rights {
  return rightsOf(
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
  const companyWide = rightsOf(
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

/** What these of the principal's grants, and what holds wherever the object is, give together. */
export function rightsOf(principal: Principal, grants: readonly Grant[]): Rights {
  return {
    authenticated: true,
    scopes: new Set(grants.flatMap((grant) => [...grant.scopes])),
    policies: new Set([...principal.policies, ...grants.flatMap((grant) => [...grant.policies])]),
  };
}
