/**
 * The subgraphs of a supergraph as the gateway reaches them. Our own, which are those that the platform's list names,
 * get mutual TLS and a token made for them; anybody else's get the operation and nothing that tells who asks.
 */

import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { findSubgraph, type SubgraphEntry, type SubgraphName } from '@commonhold/schema/subgraphs.ts';
import { generalPolicies, type Principal } from '../authentication/principal.ts';
import type { Subgraph } from '../supergraph/load-supergraph.ts';
import { type Connection, openConnection } from './connection.ts';
import { type DetachedClaims, detachResidences } from './detached-residences.ts';
import { createTokenMint } from './kept-tokens.ts';
import { type NamedRights, subgraphClaims } from './subgraph-claims.ts';

export interface ReachableSubgraph {
  readonly name: string;
  readonly url: string;
  readonly connection: Connection;
  /** A token for this subgraph alone; undefined where none is given. */
  mintToken(principal: Principal, now: number): Promise<SubgraphToken | undefined>;
}

export interface SubgraphToken {
  readonly token: string;
  /** What goes in the body beside the operation (GraphQL over HTTP, section 5.1), where the token has no room for it. */
  readonly extensions: { readonly residences: readonly (readonly string[])[] } | undefined;
}

export interface SubgraphOptions {
  /** Where our own listen now; goes before what stands in the supergraph. */
  readonly ownAddresses: Readonly<Record<SubgraphName, string>>;
  /** Asked for only when the supergraph has subgraphs of our own. */
  identity(): Promise<ServiceIdentity>;
  namedRights(subgraph: string): NamedRights;
}

/** Whether `subgraph` is one of the platform's own, by name and address: another's may well be called `directory`. */
export function ownSubgraph({ name, url }: Subgraph): SubgraphEntry | undefined {
  const entry = findSubgraph(name);
  return entry?.routingUrl === url ? entry : undefined;
}

/** @throws {StartupError} when the supergraph names no usable address for one of them. */
export async function reachSubgraphs(
  subgraphs: readonly Subgraph[],
  options: SubgraphOptions,
): Promise<readonly ReachableSubgraph[]> {
  return Promise.all(
    subgraphs.map(async (subgraph) => {
      const entry = ownSubgraph(subgraph);
      return entry ? reachOwn(entry, await options.identity(), options) : reachForeign(subgraph);
    }),
  );
}

function reachOwn(entry: SubgraphEntry, identity: ServiceIdentity, options: SubgraphOptions): ReachableSubgraph {
  const { name } = entry;
  const named = options.namedRights(name);
  const mint = createTokenMint(identity, name);
  const said = new WeakMap<Principal, Said>();
  /** As long as nothing changes about somebody, it is the same each time but for how fresh their login is. */
  const say = (principal: Principal, now: number): DetachedClaims => {
    const general = generalPolicies(principal, now).join();
    const known = said.get(principal);
    if (known?.general === general) return known.detached;
    const detached = detachResidences(subgraphClaims(principal, entry, named, now));
    said.set(principal, { general, detached });
    return detached;
  };
  return {
    name,
    url: options.ownAddresses[name],
    connection: openConnection({ identity, peer: name }),
    mintToken: async (principal, now) => {
      const { claims, residences } = say(principal, now);
      return { token: await mint(claims), extensions: residences && { residences } };
    },
  };
}

interface Said {
  /** Policies that come of the login. */
  readonly general: string;
  readonly detached: DetachedClaims;
}

function reachForeign({ name, url }: Subgraph): ReachableSubgraph {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new StartupError(
      `The supergraph names no http address for the subgraph ${name}`,
      'compose it again with its routing URL',
    );
  }
  return { name, url, connection: openConnection(), mintToken: async () => undefined };
}
