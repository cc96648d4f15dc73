/** A partner as the directory stores it and as its subgraph is named. In GraphQL it is spelled `SMART_HOME`, `COMMUNAL`. */
export const PARTNERS = ['smart-home', 'communal'] as const;

export type Partner = (typeof PARTNERS)[number];
