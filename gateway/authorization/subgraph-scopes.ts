/** Which scopes and policies a subgraph can ask for: what a token minted for it may carry at most. */
import type { PolicyIndex } from '@commonhold/schema/directives/requirements-of.ts';
import { getNamedType, isInterfaceType, isObjectType } from 'graphql';
import type { SupergraphIndex } from './supergraph-index.ts';

export interface SubgraphScopes {
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

/**
 * @param graph a value of `join__Graph`, or undefined for all that the supergraph asks anywhere.
 */
export function scopesOfGraph(
  graph: string | undefined,
  index: SupergraphIndex,
  policies: PolicyIndex,
): SubgraphScopes {
  const scopes = new Set<string>();
  const names = new Set<string>();
  const add = (requirements: ReturnType<PolicyIndex['type']>): void => {
    for (const requirement of requirements) {
      for (const scope of requirement.scopes.flat()) scopes.add(scope);
      for (const policy of requirement.policies.flat()) names.add(policy);
    }
  };
  for (const type of Object.values(index.schema.getTypeMap())) {
    if (graph !== undefined && !index.graphsOf(type.name).has(graph)) continue;
    add(policies.type(type.name));
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const sources = index.sourcesOf(type.name, field.name);
      if (graph !== undefined && !sources.some((source) => source.graph === graph)) continue;
      add(policies.field(type.name, field.name));
      add(policies.type(getNamedType(field.type).name));
    }
  }
  return { scopes, policies: names };
}
