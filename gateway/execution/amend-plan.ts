/**
 * Plans in which a field is required with different arguments by several fields of one type: the planner fetches such a
 * field once, with the arguments of one of them, and tells a subgraph the same value for all.
 *
 * 1. Whoever is asked for such a field is asked for it with each of the arguments, under a name for each.
 * 2. A fetch of fields that require different ones is made several times, with what each of them requires.
 */
import type { FetchNode, PlanNode, QueryPlanSelectionNode, ResponsePath } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql';
import { operationOf } from './fetch-operation.ts';
import { fieldIn } from './joins.ts';
import { mapPlan } from './map-plan.ts';
import { findRequiredArguments, type Needs, placeOf } from './required-arguments.ts';
import { returnedType } from './runtime-types.ts';
import { usedVariables } from './used-variables.ts';

/**
 * @param supergraph its SDL
 * @returns undefined for a supergraph without such fields: plans are right as they are
 */
export function createPlanAmendment(
  supergraph: DocumentNode,
  schema: GraphQLSchema,
): ((node: PlanNode) => PlanNode) | undefined {
  const { variants, requiredBy } = findRequiredArguments(supergraph, schema);
  if (variants.size === 0) return undefined;
  const keysByName = new Map<string, ReadonlySet<string>>();
  for (const [id, some] of variants) {
    const name = id.slice(id.indexOf('.') + 1);
    keysByName.set(name, new Set([...(keysByName.get(name) ?? [name]), ...some.map(({ alias }) => alias)]));
  }
  return (node) =>
    mapPlan(node, {
      fetch: (fetch) => inParallel(amendFetch(fetch)),
      flatten: (flatten) => inParallel(pathsOf(flatten.path).map((path) => ({ ...flatten, path }))),
    });

  /** A path through such a field goes through each of its variants; what isn't there is not found. */
  function pathsOf(path: ResponsePath): readonly ResponsePath[] {
    return path.reduce<readonly ResponsePath[]>(
      (begun, part) =>
        begun.flatMap((start) => [...(keysByName.get(String(part)) ?? [part])].map((key) => [...start, key])),
      [[]],
    );
  }

  function amendFetch(fetch: FetchNode): readonly FetchNode[] {
    const asked = operationOf(fetch);
    if (!asked) return [fetch];
    const { operation, selections } = asked;
    const needs = (type: string, { name }: FieldNode): Needs | undefined =>
      requiredBy.get(fieldIn(fetch.serviceName, type, name.value));
    return groupsOf(selections, needs).map((group, index) => {
      const kept = entityFields(selections, (type, field) => {
        const needed = needs(type, field);
        return needed === undefined ? index === 0 : group !== undefined && isSame(needed, group);
      });
      const root = schema.getRootType(operation.operation);
      const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: withVariants(kept, root) };
      return {
        ...fetch,
        ...written({ ...operation, selectionSet }, fetch),
        ...(fetch.requires && { requires: fetch.requires.flatMap((node) => required(node, undefined, [], group)) }),
      };
    });
  }

  function withVariants(
    selections: readonly SelectionNode[],
    type: GraphQLNamedType | null | undefined,
  ): readonly SelectionNode[] {
    return selections.flatMap((node): readonly SelectionNode[] => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      const below = (inner: GraphQLNamedType | null | undefined) =>
        node.selectionSet && {
          selectionSet: { ...node.selectionSet, selections: withVariants(node.selectionSet.selections, inner) },
        };
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value;
        return [{ ...node, ...below(condition === undefined ? type : schema.getType(condition)) }];
      }
      const field: FieldNode = { ...node, ...below(returnedType(type, node.name.value)) };
      const some = node.alias ? undefined : variants.get(`${type?.name}.${node.name.value}`);
      return some
        ? some.map((variant) => ({ ...field, alias: nameNode(variant.alias), arguments: variant.arguments }))
        : [field];
    });
  }

  /** What a subgraph is told of an entity: of such fields the variants of the group alone. @param path from the entity */
  function required(
    node: QueryPlanSelectionNode,
    type: GraphQLNamedType | undefined,
    path: readonly string[],
    group: Needs | undefined,
  ): readonly QueryPlanSelectionNode[] {
    const below = (inner: GraphQLNamedType | undefined, at: readonly string[]) =>
      node.selections?.flatMap((selection) => required(selection, inner, at, group));
    if (node.kind === 'InlineFragment') {
      const condition = node.typeCondition === undefined ? type : schema.getType(node.typeCondition);
      const selections = below(condition, path) ?? [];
      return selections.length > 0 ? [{ ...node, selections }] : [];
    }
    const own = [...path, node.name];
    const hasVariants = variants.has(`${type?.name}.${node.name}`);
    const alias = hasVariants ? group?.get(placeOf(type?.name, own)) : node.alias;
    const selections = below(returnedType(type, node.name), own);
    if ((hasVariants && alias === undefined) || selections?.length === 0) return [];
    return [{ ...node, ...(alias !== undefined && { alias }), ...(selections && { selections }) }];
  }
}

type NeedsOf = (type: string, field: FieldNode) => Needs | undefined;

/** What the fields of entities need, each once; undefined alone: nothing. */
function groupsOf(selections: readonly SelectionNode[], needsOf: NeedsOf): readonly (Needs | undefined)[] {
  const groups: Needs[] = [];
  entityFields(selections, (type, field) => {
    const needed = needsOf(type, field);
    if (needed && !groups.some((group) => isSame(group, needed))) groups.push(needed);
    return true;
  });
  return groups.length > 0 ? groups : [undefined];
}

function isSame(one: Needs, other: Needs): boolean {
  return one.size === other.size && [...one].every(([name, key]) => other.get(name) === key);
}

/** Keeps of what is asked of entities what `isKept` says; what isn't of entities stays. */
function entityFields(
  selections: readonly SelectionNode[],
  isKept: (type: string, field: FieldNode) => boolean,
): readonly SelectionNode[] {
  const keep = (nodes: readonly SelectionNode[], type: string | undefined): readonly SelectionNode[] =>
    nodes.flatMap((node): readonly SelectionNode[] => {
      if (node.kind === Kind.FIELD) return type !== undefined && !isKept(type, node) ? [] : [node];
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      const inner = keep(node.selectionSet.selections, node.typeCondition?.name.value ?? type);
      return inner.length > 0 ? [{ ...node, selectionSet: { ...node.selectionSet, selections: inner } }] : [];
    });
  return selections.map((node) =>
    node.kind === Kind.FIELD && node.name.value === '_entities' && node.selectionSet
      ? { ...node, selectionSet: { ...node.selectionSet, selections: keep(node.selectionSet.selections, undefined) } }
      : node,
  );
}

function nameNode(value: string): NonNullable<FieldNode['alias']> {
  return { kind: Kind.NAME, value };
}

/** A subgraph refuses variables that nothing uses. */
function written(
  operation: OperationDefinitionNode,
  { variableUsages }: FetchNode,
): Pick<FetchNode, 'operation' | 'operationDocumentNode' | 'variableUsages'> {
  const variableDefinitions = usedVariables(operation, [operation.selectionSet, ...(operation.directives ?? [])]);
  const used = new Set(variableDefinitions.map(({ variable }) => variable.name.value));
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [{ ...operation, variableDefinitions }] };
  return {
    operation: stripIgnoredCharacters(print(document)),
    operationDocumentNode: document,
    variableUsages: (variableUsages ?? []).filter((name) => used.has(name)),
  };
}

function inParallel(nodes: readonly PlanNode[]): PlanNode {
  const [only, ...others] = nodes;
  return only && others.length === 0 ? only : { kind: 'Parallel', nodes: [...nodes] };
}
