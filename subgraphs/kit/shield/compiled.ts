/**
 * Policy compiled: the same rule tree → synchronous checks that the execution makes by itself.
 *
 * 1. While the schema is built, each field's requirements become the number of their class.
 * 2. Once for a principal, each class is decided (`verdicts.ts`).
 * 3. Once for an object, its id is decoded: it has to be of the object's type and of the principal's company; the
 *    residence that stands in it says which of the principal's rows of verdicts counts. Types without `id` are decided by
 *    the principal's rights in the company.
 * 4. For each field, one byte of that row is looked at. A resolver behind a field that is denied is never called.
 *
 * An object whose id is foreign or can't be read should never have come out of a resolver: it is denied, and recorded.
 */
import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import type { Defects } from '../defects.ts';
import type { FieldGuard, Guard, ObjectGuard } from '../execution/plan.ts';
import type { SubgraphRequest } from '../subgraph-definition.ts';
import type { Principal } from '../tenancy/principal.ts';
import { idTypeOf } from './id-type.ts';
import type { PolicyRule, RuleTree } from './rule-tree.ts';
import { answerTo } from './thrown.ts';
import { type Classes, NEVER, type PrincipalVerdicts } from './verdicts.ts';

type TypeGuard = ObjectGuard<SubgraphRequest>;

export interface PolicyParts {
  readonly classes: Classes;
  readonly verdictsOf: (principal: Principal) => PrincipalVerdicts;
  readonly defects: Defects;
}

/** Nothing stands in front of introspection, which isn't of the SDL. */
export function compilePolicy(schema: GraphQLSchema, tree: RuleTree, parts: PolicyParts): Guard<SubgraphRequest> {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const guards = new Map(
    types.filter(({ name }) => !name.startsWith('__')).map((type) => [type, guardOf(type, tree[type.name], parts)]),
  );
  return (type) => guards.get(type);
}

function guardOf(type: GraphQLObjectType, rules: RuleTree[string] | undefined, parts: PolicyParts): TypeGuard {
  return {
    decide: decideObjectsOf(type, parts),
    field: fieldGuards(rules, parts.classes),
    answerTo: (thrown, fieldName, request) => answerTo(thrown, { parentType: type, fieldName }, request, parts.defects),
  };
}

function fieldGuards(rules: RuleTree[string] | undefined, classes: Classes): TypeGuard['field'] {
  const denied: FieldGuard = { by: 'rights', requirementClass: NEVER };
  const guards = new Map(Object.entries(rules ?? {}).map(([name, rule]) => [name, fieldGuard(rule, classes)]));
  return (name) => guards.get(name) ?? denied;
}

function fieldGuard({ decision }: PolicyRule, classes: Classes): FieldGuard {
  if (decision.by === 'arguments') return decision;
  return { by: 'rights', requirementClass: classes.of(decision.requirements) };
}

function decideObjectsOf(type: GraphQLObjectType, { verdictsOf, classes, defects }: PolicyParts): TypeGuard['decide'] {
  if (!type.getFields()['id']) return (_, { principal }) => verdictsOf(principal).company;
  const idType = idTypeOf(type);
  const recordOnce = eachOnce((log) => defects.foreignObjectDropped(type.name, log));
  return (object, request) => {
    const verdicts = verdictsOf(request.principal).ofObject(idOf(object), idType);
    if (verdicts) return verdicts;
    recordOnce(object, request);
    return classes.none();
  };
}

/** The same object may stand in several places of an answer, and is one defect. */
function eachOnce(record: (log: SubgraphRequest['log']) => void): (object: unknown, request: SubgraphRequest) => void {
  const recorded = new WeakMap<SubgraphRequest, WeakSet<object>>();
  return (object, request) => {
    if (typeof object === 'object' && object !== null) {
      const ofRequest = recorded.get(request) ?? new WeakSet();
      if (ofRequest.has(object)) return;
      recorded.set(request, ofRequest.add(object));
    }
    record(request.log);
  };
}

function idOf(object: unknown): unknown {
  return typeof object === 'object' && object !== null && 'id' in object ? object.id : undefined;
}
