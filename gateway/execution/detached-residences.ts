/**
 * Keeps a subgraph's token small: Node takes 16 KiB of headers, and grants may be for thousands of residences. When they
 * are for many, their lists go in the request's body, and the token holds a digest of each.
 */
import { type DetachedList, detachList } from '@commonhold/platform/tls/detached-list.ts';
import type { SubgraphClaims } from './subgraph-claims.ts';

export interface DetachedClaims {
  readonly claims: Omit<SubgraphClaims, 'grants'> & {
    readonly grants: readonly (Omit<SubgraphClaims['grants'][number], 'residences'> & {
      readonly residences?: readonly string[] | DetachedList;
    })[];
  };
  /** For the request's `extensions.residences`; undefined: they are in the claims. */
  readonly residences: readonly (readonly string[])[] | undefined;
}

/** In base64url a third more; what else is in a token is well below 4 KiB. */
const MOST_CHARACTERS_IN_TOKEN = 8_000;

export function detachResidences(claims: SubgraphClaims): DetachedClaims {
  const lists = claims.grants.flatMap(({ residences }) => (residences ? [residences] : []));
  if (JSON.stringify(lists).length <= MOST_CHARACTERS_IN_TOKEN) return { claims, residences: undefined };
  const grants = claims.grants.map(({ residences, ...grant }) => ({
    ...grant,
    ...(residences && { residences: detachList(residences) }),
  }));
  return { claims: { ...claims, grants }, residences: lists };
}
