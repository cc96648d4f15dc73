/** The two graphs that all sides serve, one after the other. */

export interface Graph {
  readonly name: 'housing' | 'market';
  readonly subgraphs: readonly GraphSubgraph[];
}

export interface GraphSubgraph {
  /** The kit knows three names, and the gateway takes for its own what bears one of them. */
  readonly name: 'directory' | 'smart-home' | 'communal' | 'inventory';
  /** Its SDL, without the ending. */
  readonly schema: string;
  /** What it asks its partner for. */
  readonly reads: readonly string[];
  /** What stands in the SDL besides. */
  readonly furtherSdl?: string;
}

export const HOUSING: Graph = {
  name: 'housing',
  subgraphs: [
    { name: 'directory', schema: 'housing/directory', reads: ['residences'] },
    { name: 'smart-home', schema: 'housing/smart-home', reads: ['devices'] },
    { name: 'communal', schema: 'housing/communal', reads: ['accounts'] },
  ],
};

/** Its inventory is a plain one on all sides, also before our gateway: somebody else's subgraph, over http. */
export const MARKET: Graph = {
  name: 'market',
  subgraphs: [
    { name: 'directory', schema: 'market/users', reads: ['users', 'usersById'] },
    { name: 'smart-home', schema: 'market/products', reads: ['topProducts', 'products'] },
    { name: 'communal', schema: 'market/reviews', reads: ['reviewsByUser', 'reviewsByProduct'] },
    { name: 'inventory', schema: 'market/inventory', reads: ['inventory'] },
  ],
};

export function schemaFile(schema: string): URL {
  return new URL(`schema/${schema}.graphql`, import.meta.url);
}
