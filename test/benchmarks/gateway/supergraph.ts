/** The schema of a graph as all sides serve it. */
import { readFile } from 'node:fs/promises';
import { composeSupergraph } from '@commonhold/schema/compose-supergraph.ts';
import { type DocumentNode, parse, visit } from 'graphql';
import { type Graph, type GraphSubgraph, schemaFile } from './graphs.ts';

export interface SupergraphOptions {
  /** Where each subgraph answers. */
  readonly routingUrl: (name: GraphSubgraph['name']) => string;
  /** False for Apollo's stock gateway, which refuses a supergraph with policies in it. */
  readonly isWithPolicies: boolean;
}

export async function supergraph(graph: Graph, { routingUrl, isWithPolicies }: SupergraphOptions): Promise<string> {
  const subgraphs = graph.subgraphs.map(async ({ name, schema, furtherSdl = '' }) => {
    const document = parse((await readFile(schemaFile(schema), 'utf8')) + furtherSdl);
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
