/**
 * The policy of the SDL → graphql-shield's rule tree: the second of the two walls, behind the gateway's pruning.
 *
 * 1. Each field of each object type gets one rule, made of what the SDL asks for it and its type.
 * 2. `_entities` is allowed for what it may contain; who gets which entity is decided by reference, in
 *    `reference-resolvers.ts`, and by field, here.
 * 3. Everything else (`_service` too: the gateway composes from files) falls back to deny.
 *
 * This one tree is all that there is of rules. graphql-shield walks it where policy is interpreted (`interpreted.ts`);
 * where it is compiled, synchronous checks are made of the decision that each rule carries (`compiled.ts`).
 *
 * No rule is cached by graphql-shield: a rule that reads the object and is cached by its name gives the answer for the
 * first object of a request to all others.
 */

import type { PolicyIndex } from '@commonhold/schema/directives/requirements-of.ts';
import { isSatisfied, type Requirement } from '@commonhold/schema/requirement.ts';
import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import type { Defects } from '../defects.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import { entityTypeNames } from './entity-types.ts';
import { rule } from './libraries.ts';
import { rightsOnObjectsOf } from './object-rights.ts';
import { checkRepresentations } from './representations.ts';

/** By what a rule decides. */
export type Decision =
  /** The rights on the object have to satisfy them; where there are none, nobody's do. */
  | { readonly by: 'rights'; readonly requirements: readonly Requirement[] }
  /** The arguments have to pass, whoever asks. */
  | { readonly by: 'arguments'; readonly check: (args: Arguments) => true | Error };

export type Arguments = Readonly<Record<string, unknown>>;

/** A rule of graphql-shield, and the same for those who don't wait for promises. */
export type PolicyRule = ReturnType<ReturnType<typeof rule>> & { readonly decision: Decision };

/** By type and field; what isn't in it is denied. */
export type RuleTree = Readonly<Record<string, Readonly<Record<string, PolicyRule>>>>;

export function ruleTree(schema: GraphQLSchema, policy: PolicyIndex, defects: Defects): RuleTree {
  const ownTypes = Object.values(schema.getTypeMap()).filter(isObjectType).filter(isOwn);
  const tree = Object.fromEntries(ownTypes.map((type) => [type.name, fieldRules(type, policy, defects)]));
  const query = schema.getQueryType()?.name;
  const entities = entityTypeNames(schema);
  if (query && entities.size > 0) tree[query] = { ...tree[query], _entities: entitiesRule(entities) };
  return tree;
}

function fieldRules(type: GraphQLObjectType, policy: PolicyIndex, defects: Defects): Record<string, PolicyRule> {
  const rightsOn = rightsOnObjectsOf(type, defects);
  const rules = Object.values(type.getFields())
    .filter(isOwn)
    .map(({ name }): [string, PolicyRule] => {
      const requirements = policy.field(type.name, name);
      const shieldRule = rule(`${type.name}.${name}`)((parent, _args, request: SubgraphRequest) => {
        // A field without a policy doesn't start; were one to get this far, it would be denied.
        if (requirements.length === 0) return false;
        const held = rightsOn(parent, request);
        return held !== undefined && isSatisfied(held, requirements);
      });
      return [name, Object.assign(shieldRule, { decision: { by: 'rights', requirements } as const })];
    });
  return Object.fromEntries(rules);
}

function entitiesRule(entities: ReadonlySet<string>): PolicyRule {
  const check = (args: Arguments): true | Error => checkRepresentations(args['representations'], entities);
  return Object.assign(
    rule('_entities')((_parent, args) => check(args)),
    { decision: { by: 'arguments', check } as const },
  );
}

/** What GraphQL and the federation add by themselves begins with an underscore. */
function isOwn({ name }: { readonly name: string }): boolean {
  return !name.startsWith('_');
}
