/**
 * The policy of the SDL → graphql-shield's rule tree: the second of the two walls, behind the gateway's pruning.
 *
 * 1. Each field of each object type gets one rule, made of what the SDL asks for it and its type.
 * 2. `_entities` is allowed for what it may contain; who gets which entity is decided by reference, in
 *    `reference-resolvers.ts`, and by field, here.
 * 3. Everything else (`_service` too: the gateway composes from files) falls back to deny.
 *
 * No rule is cached by graphql-shield: a rule that reads the object and is cached by its name gives the answer for the
 * first object of a request to all others.
 */

import type { PolicyIndex } from '@commonhold/schema/directives/requirements-of.ts';
import { isSatisfied } from '@commonhold/schema/requirement.ts';
import { type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema, isObjectType } from 'graphql';
import type { Defects } from '../defects.ts';
import { forbidden, internalError, isForClients } from '../errors.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { entityTypeNames } from './entity-types.ts';
import { applyMiddleware, deny, rule, shield } from './libraries.ts';
import { rightsOnObjectsOf } from './object-rights.ts';
import { checkRepresentations } from './representations.ts';

type FieldRules = Record<string, ReturnType<ReturnType<typeof rule>>>;

/** `schema`, with every resolver behind the rule of its field. */
export function shieldSchema(schema: GraphQLSchema, policy: PolicyIndex, defects: Defects): GraphQLSchema {
  const answerTo = (thrown: unknown, info: GraphQLResolveInfo, request: SubgraphRequest): Error => {
    if (thrown === null) return forbidden();
    if (isForClients(thrown)) return thrown;
    defects.unexpectedError(thrown, `${info.parentType.name}.${info.fieldName}`, request.log);
    return internalError();
  };
  return applyMiddleware(
    schema,
    shield(ruleTree(schema, policy, defects), {
      fallbackRule: deny,
      // graphql-shield calls this with null for a denied field, and with what a resolver has thrown.
      fallbackError: (thrown, _parent, _args, context, info) => answerTo(thrown, info, requestIn(context)),
    }),
  );
}

function ruleTree(schema: GraphQLSchema, policy: PolicyIndex, defects: Defects): Record<string, FieldRules> {
  const ownTypes = Object.values(schema.getTypeMap()).filter(isObjectType).filter(isOwn);
  const tree = Object.fromEntries(ownTypes.map((type) => [type.name, fieldRules(type, policy, defects)]));
  const query = schema.getQueryType()?.name;
  const entities = entityTypeNames(schema);
  if (query && entities.size > 0) {
    tree[query] = {
      ...tree[query],
      _entities: rule('_entities')((_parent, args) => checkRepresentations(args.representations, entities)),
    };
  }
  return tree;
}

function fieldRules(type: GraphQLObjectType, policy: PolicyIndex, defects: Defects): FieldRules {
  const rightsOn = rightsOnObjectsOf(type, defects);
  const rules = Object.values(type.getFields())
    .filter(isOwn)
    .map(({ name }): [string, FieldRules[string]] => {
      const requirements = policy.field(type.name, name);
      // A field without a policy doesn't start; were one to get this far, it would be denied.
      if (requirements.length === 0) return [name, rule(`${type.name}.${name}`)(() => false)];
      return [
        name,
        rule(`${type.name}.${name}`)((parent, _args, request: SubgraphRequest) => {
          const held = rightsOn(parent, request);
          return held !== undefined && isSatisfied(held, requirements);
        }),
      ];
    });
  return Object.fromEntries(rules);
}

/** What GraphQL and the federation add by themselves begins with an underscore. */
function isOwn({ name }: { readonly name: string }): boolean {
  return !name.startsWith('_');
}

/** graphql-shield knows of a context only that it keeps a cache in it. */
function requestIn(context: object): SubgraphRequest {
  return context as SubgraphRequest;
}
