/** The subgraphs of the platform: what each is made of, where it answers, and what it must know of a person. */

export type SubgraphName = 'directory' | 'smart-home' | 'communal';

export interface SubgraphEntry {
  readonly name: SubgraphName;
  /** The SDL, in one or more files. */
  readonly schemaFiles: readonly URL[];
  /** Where it answers unless the environment says otherwise; stands in the supergraph. */
  readonly routingUrl: string;
  /** Claims about the person that the gateway's token carries to it, beside company and grants. */
  readonly personalClaims: readonly 'sub'[];
  /** Types that its resolvers return, as `<GraphQL type>Parent`; optional. */
  readonly parentsFile: URL;
  /** Resolver types made from the SDL. */
  readonly resolverTypesFile: URL;
}

export const SUBGRAPHS: readonly SubgraphEntry[] = [
  subgraph('directory', 4201, ['sub'], [new URL('policy.graphql', import.meta.url)]),
  subgraph('smart-home', 4202, []),
  subgraph('communal', 4203, ['sub']),
];

/** The subgraph of this name, or undefined when there is none. */
export function findSubgraph(name: string): SubgraphEntry | undefined {
  return SUBGRAPHS.find((entry) => entry.name === name);
}

function subgraph(
  name: SubgraphName,
  port: number,
  personalClaims: SubgraphEntry['personalClaims'],
  sharedFiles: readonly URL[] = [],
): SubgraphEntry {
  const folder = new URL(`../subgraphs/${name}/`, import.meta.url);
  return {
    name,
    schemaFiles: [...sharedFiles, new URL('schema.graphql', folder)],
    routingUrl: `https://localhost:${port}/graphql`,
    personalClaims,
    parentsFile: new URL('parents.ts', folder),
    resolverTypesFile: new URL('generated/resolvers.ts', folder),
  };
}
