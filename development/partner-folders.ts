/** Where what belongs to one partner stands: its contract, its OpenAPI documents, our client. */
export const PARTNER_FOLDERS: readonly URL[] = [
  'smart-home/partner',
  'smart-home/partner/homebridge',
  'communal/partner',
].map((folder) => new URL(`../subgraphs/${folder}/`, import.meta.url));
