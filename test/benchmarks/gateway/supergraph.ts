/** The schema that all sides serve. */
import { readFile } from 'node:fs/promises';
import { composeSupergraph } from '@commonhold/schema/compose-supergraph.ts';
import type { SubgraphName } from '@commonhold/schema/subgraphs.ts';
import { type DocumentNode, parse, visit } from 'graphql';

export const SUBGRAPH_NAMES: readonly SubgraphName[] = ['directory', 'smart-home', 'communal'];

export function schemaFile(name: SubgraphName): URL {
  return new URL(`schema/${name}.graphql`, import.meta.url);
}

export interface SupergraphOptions {
  /** Where each subgraph answers. */
  readonly routingUrl: (name: SubgraphName) => string;
  /** False for Apollo's stock gateway, which refuses a supergraph with policies in it. */
  readonly isWithPolicies: boolean;
}

export async function supergraph({ routingUrl, isWithPolicies }: SupergraphOptions): Promise<string> {
  const subgraphs = SUBGRAPH_NAMES.map(async (name) => {
    const document = parse(await readFile(schemaFile(name), 'utf8'));
    return { name, routingUrl: routingUrl(name), document: isWithPolicies ? document : withoutPolicies(document) };
  });
  return composeSupergraph(await Promise.all(subgraphs));
}

function withoutPolicies(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: ({ name }) => (name.value === 'requiresScopes' ? null : undefined),
    StringValue: ({ value }) => (value === '@requiresScopes' ? null : undefined),
  });
}
