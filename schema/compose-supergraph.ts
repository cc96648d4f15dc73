/** Subgraphs' SDLs → the supergraph. */
import { composeServices } from '@apollo/composition';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import type { DocumentNode } from 'graphql';

export interface ComposedSubgraph {
  readonly name: string;
  readonly routingUrl: string;
  readonly document: DocumentNode;
}

/**
 * @returns the supergraph's SDL; the same for the same subgraphs.
 * @throws {StartupError} with the code and the message of everything that keeps them from composing.
 */
export function composeSupergraph(subgraphs: readonly ComposedSubgraph[]): string {
  const { errors, supergraphSdl } = composeServices(
    subgraphs.map(({ name, routingUrl, document }) => ({ name, url: routingUrl, typeDefs: document })),
  );
  if (supergraphSdl !== undefined) return supergraphSdl;
  const reasons = (errors ?? []).map(
    ({ message, extensions }) => `${String(extensions['code'] ?? 'INVALID_GRAPHQL')}: ${message}`,
  );
  throw new StartupError(`The subgraphs don't compose (${reasons.join('; ')})`, 'correct the SDLs named');
}
