/** Policy as graphql-shield carries it out: a middleware around each resolver, which waits for the rule's promise. */
import type { GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { Defects } from '../defects.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { applyMiddleware, deny, shield } from './libraries.ts';
import type { RuleTree } from './rule-tree.ts';
import { answerTo } from './thrown.ts';

/** `schema`, with every resolver behind the rule of its field. */
export function interpretPolicy(schema: GraphQLSchema, tree: RuleTree, defects: Defects): GraphQLSchema {
  return applyMiddleware(
    schema,
    shield(mutable(tree), {
      fallbackRule: deny,
      // graphql-shield calls this with null for a denied field, and with what a resolver has thrown.
      fallbackError: (thrown, _parent, _args, context, info: GraphQLResolveInfo) =>
        answerTo(thrown, info, requestIn(context), defects),
    }),
  );
}

/** graphql-shield wants to be given what it may write to. */
function mutable(tree: RuleTree): Record<string, Record<string, RuleTree[string][string]>> {
  return Object.fromEntries(Object.entries(tree).map(([type, rules]) => [type, { ...rules }]));
}

/** graphql-shield knows of a context only that it keeps a cache in it. */
function requestIn(context: object): SubgraphRequest {
  return context as SubgraphRequest;
}
