/**
 * The fields that an operation selects of an object (specification, 6.3.2), for one choice of `@skip` and `@include`;
 * without those of fragments that come later.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { areMet, type BooleanVariables, conditionsOf } from '../authorization/conditions.ts';
import { fragmentsOf } from '../authorization/operation.ts';
import { deferLabel } from './deferral/defer-label.ts';

/** The nodes whose selections make up an object. */
export type Parents = readonly { readonly selectionSet?: SelectionSetNode | undefined }[];

/** By response key, in the order of the operation. */
export type SelectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** Fragments that come later, by their labels. */
export type DeferredFragments = Map<string, Parents[number][]>;

/** @param deferred gets the fragments that come later */
export type SelectFields = (type: GraphQLNamedType, parents: Parents, deferred?: DeferredFragments) => SelectedFields;

export function createFieldSelection(
  document: DocumentNode,
  schema: GraphQLSchema,
  booleans: BooleanVariables,
): SelectFields {
  const fragments = fragmentsOf(document);
  return (type, parents, deferred) => {
    const fields = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    for (const { selectionSet } of parents) if (selectionSet) select(type, selectionSet, fields, visited, deferred);
    return fields;
  };

  function select(
    type: GraphQLNamedType,
    { selections }: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
    visited: Set<string>,
    deferred: DeferredFragments | undefined,
  ): void {
    for (const node of selections) {
      const conditions = conditionsOf(node.directives);
      if (!conditions || !areMet(conditions, booleans)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const nodes = fields.get(key);
        if (nodes) nodes.push(node);
        else fields.set(key, [node]);
        continue;
      }
      const fragment = fragmentOf(node, visited);
      if (!fragment || !doesApply(type, fragment.typeCondition?.name.value)) continue;
      const label = deferLabel(node.directives);
      if (label === undefined) select(type, fragment.selectionSet, fields, visited, deferred);
      else deferred?.set(label, [...(deferred.get(label) ?? []), fragment]);
    }
  }

  function fragmentOf(
    node: Exclude<SelectionSetNode['selections'][number], FieldNode>,
    visited: Set<string>,
  ): FragmentDefinitionNode | Exclude<typeof node, { kind: Kind.FRAGMENT_SPREAD }> | undefined {
    if (node.kind === Kind.INLINE_FRAGMENT) return node;
    if (visited.has(node.name.value)) return undefined;
    visited.add(node.name.value);
    return fragments.get(node.name.value);
  }

  function doesApply(type: GraphQLNamedType, condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const asked = schema.getType(condition);
    return isAbstractType(asked) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(asked, type);
  }
}

/** The variables on which `@skip` and `@include` of a document depend. */
export function conditionVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      for (const { variable } of conditionsOf([node]) ?? []) names.add(variable);
    },
  });
  return [...names];
}
