/**
 * An operation → the part of it that a role may see.
 *
 * 1. Walk the operation with the types that objects can have at each position, and the subgraphs that they come from.
 *    Named fragments are walked at each place where they are spread, since what is denied depends on the place.
 * 2. Leave out each field that is denied, and note its path. A field of an abstract type is left out when it is denied
 *    on any type that the object can have; whoever may see it on some of them asks by a fragment on these.
 * 3. Ask for the types of objects, under an alias that the operation doesn't use, where the answer depends on them,
 *    and where a selection would be empty otherwise.
 * 4. Keep only the variables and fragments that are still used.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLOutputType,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { type Condition, conditionsOf } from './conditions.ts';
import { fragmentsOf, hiddenTypenameAlias } from './operation.ts';
import type { Permissions } from './permissions.ts';
import type { Place, Reach } from './reach.ts';
import type { SupergraphIndex } from './supergraph-index.ts';

/** A field that was left out. Its path is one of response keys, with `@` for any position of a list. */
export interface PrunedField {
  readonly path: readonly string[];
  /** When the field was asked for at all. */
  readonly conditions: readonly Condition[];
}

export interface PrunedOperation {
  /** The operation without what is denied; undefined when nothing is left to fetch. */
  readonly document: DocumentNode | undefined;
  /** Whether anything was left out. */
  readonly changed: boolean;
  readonly pruned: readonly PrunedField[];
}

export interface PruneRules {
  readonly index: SupergraphIndex;
  readonly permissions: Permissions;
  readonly reach: Reach;
}

/** Selections that one operation may have with its fragments written out; beyond it wouldn't be planned in time. */
const MAXIMUM_SELECTIONS = 50_000;

/** Where in the operation the walk is. */
interface Position {
  readonly type: GraphQLCompositeType;
  /** The objects' types that are possible here. */
  readonly objects: readonly string[];
  readonly places: readonly Place[];
  readonly path: readonly string[];
  readonly conditions: readonly Condition[] | undefined;
  /** Within a fragment on a type that is denied. */
  readonly isDenied: boolean;
}

/**
 * @param operation a valid operation of `document`.
 * @throws {GraphQLError} `OPERATION_TOO_COMPLEX`
 */
export function pruneOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { index, permissions, reach }: PruneRules,
): PrunedOperation {
  const { schema } = index;
  const fragments = fragmentsOf(document);
  const hiddenTypename = createHiddenTypename(hiddenTypenameAlias(document));
  const pruned: PrunedField[] = [];
  let changed = false;
  let selections = 0;

  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new TypeError(`the supergraph has no ${operation.operation}`);

  const selectionSet = pruneSelections(operation.selectionSet, {
    type: rootType,
    objects: [rootType.name],
    places: reach.root,
    path: [],
    conditions: [],
    isDenied: false,
  });
  if (selectionSet.length === 0) return { document: undefined, changed: true, pruned };
  return { document: documentOf(operation, selectionSet, fragments), changed, pruned };

  function pruneSelections({ selections: nodes }: SelectionSetNode, position: Position): readonly SelectionNode[] {
    selections += nodes.length;
    if (selections > MAXIMUM_SELECTIONS) {
      throw new GraphQLError('The operation is too large once its fragments are written out', {
        extensions: { code: 'OPERATION_TOO_COMPLEX' },
      });
    }
    return nodes.flatMap((node) => {
      const within = { ...position, conditions: joined(position.conditions, conditionsOf(node.directives)) };
      return node.kind === Kind.FIELD ? pruneField(node, within) : pruneFragment(node, within);
    });
  }

  function pruneFragment(
    node: InlineFragmentNode | FragmentSpreadNode,
    position: Position,
  ): readonly InlineFragmentNode[] {
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    const condition = fragment?.typeCondition?.name.value ?? position.type.name;
    const type = schema.getType(condition);
    if (!fragment || !isCompositeType(type)) return leaveOut();
    const possible = new Set(objectsOf(type));
    const kept = pruneSelections(fragment.selectionSet, {
      ...position,
      type,
      objects: position.objects.filter((name) => possible.has(name)),
      isDenied: position.isDenied || permissions.isTypeDenied(condition),
    });
    return kept.length === 0 ? leaveOut() : [inlineFragment(kept, fragment.typeCondition, node)];
  }

  function pruneField(node: FieldNode, position: Position): readonly SelectionNode[] {
    const fieldName = node.name.value;
    const isRoot = position.type === rootType && position.path.length === 0;
    if (isRoot && (fieldName === '__schema' || fieldName === '__type')) return [node];
    // Such a fragment fits no object at all.
    if (position.objects.length === 0) return leaveOut();
    if (fieldName === '__typename') return pruneTypename(node, position);
    const places = position.objects.map((object) => allowedPlaces(object, fieldName, position.places));
    const type = returnedType(position.type, fieldName);
    if (
      !type ||
      position.isDenied ||
      permissions.isFieldDenied(position.type.name, fieldName) ||
      places.some((reached) => reached.length === 0)
    ) {
      return deny(node, position);
    }
    const returned = getNamedType(type);
    if (!isCompositeType(returned) || !node.selectionSet) return [node];
    const below = pruneSelections(node.selectionSet, {
      type: returned,
      objects: objectsOf(returned),
      places: places.length === 1 ? (places[0] ?? []) : distinct(places.flat()),
      path: [...position.path, responseKey(node), ...listPositions(type)],
      conditions: position.conditions,
      isDenied: false,
    });
    const kept = isAbstractType(returned) || below.length === 0 ? [hiddenTypename, ...below] : below;
    return [{ ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: kept } }];
  }

  /** Of a union some members may be denied while the others aren't; each of these tells its own name. */
  function pruneTypename(node: FieldNode, position: Position): readonly SelectionNode[] {
    const visible = position.objects.filter((name) => !permissions.isTypeDenied(name));
    if (position.isDenied || visible.length === 0) return deny(node, position);
    if (visible.length === position.objects.length) return [node];
    deny(node, position);
    return visible.map((name) => inlineFragment([node], namedType(name), undefined));
  }

  function allowedPlaces(object: string, fieldName: string, places: readonly Place[]): readonly Place[] {
    return permissions.isFieldDenied(object, fieldName) ? [] : reach.follow(object, fieldName, places);
  }

  function deny(node: FieldNode, { path, conditions }: Position): readonly [] {
    if (conditions) pruned.push({ path: [...path, responseKey(node)], conditions });
    return leaveOut();
  }

  function leaveOut(): readonly [] {
    changed = true;
    return [];
  }

  /** Of an interface that no type implements there may be objects all the same, of a subgraph that knows it as an object. */
  function objectsOf(type: GraphQLCompositeType): readonly string[] {
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    return objects.length > 0 ? objects : [type.name];
  }
}

function joined(
  outer: readonly Condition[] | undefined,
  inner: readonly Condition[] | undefined,
): readonly Condition[] | undefined {
  return outer && inner && [...outer, ...inner];
}

function returnedType(type: GraphQLCompositeType, fieldName: string): GraphQLOutputType | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName]?.type : undefined;
}

function responseKey({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function listPositions(type: GraphQLOutputType): readonly string[] {
  if (isNonNullType(type)) return listPositions(type.ofType);
  return isListType(type) ? ['@', ...listPositions(type.ofType)] : [];
}

function distinct(places: readonly Place[]): readonly Place[] {
  const plain = new Map(places.filter(({ provided }) => provided.length === 0).map((place) => [place.graph, place]));
  return [...plain.values(), ...places.filter(({ provided }) => provided.length > 0)];
}

function inlineFragment(
  selections: readonly SelectionNode[],
  typeCondition: NamedTypeNode | undefined,
  from: InlineFragmentNode | FragmentSpreadNode | undefined,
): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(typeCondition && { typeCondition }),
    ...(from?.directives && { directives: from.directives }),
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

function namedType(name: string): NamedTypeNode {
  return { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } };
}

function createHiddenTypename(alias: string): FieldNode {
  return {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: alias },
    name: { kind: Kind.NAME, value: '__typename' },
  };
}

function documentOf(
  operation: OperationDefinitionNode,
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DocumentNode {
  const kept: OperationDefinitionNode = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  const definitions = [kept, ...spreadFragments(kept, fragments)];
  const used = new Set(definitions.flatMap(({ selectionSet, directives }) => variablesIn([selectionSet, directives])));
  return {
    kind: Kind.DOCUMENT,
    definitions: definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? {
            ...definition,
            variableDefinitions: (definition.variableDefinitions ?? []).filter(({ variable }) =>
              used.has(variable.name.value),
            ),
          }
        : definition,
    ),
  };
}

/** Introspection is left as it is, so it may still spread fragments. */
function spreadFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly FragmentDefinitionNode[] {
  const found = new Map<string, FragmentDefinitionNode>();
  const collect = (from: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(from, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || found.has(name.value)) return;
        found.set(name.value, fragment);
        collect(fragment);
      },
    });
  };
  collect(operation);
  return [...found.values()];
}

function variablesIn(parts: readonly (SelectionSetNode | OperationDefinitionNode['directives'])[]): readonly string[] {
  const names: string[] = [];
  for (const part of parts) {
    for (const node of part === undefined ? [] : 'kind' in part ? [part] : part) {
      visit(node, {
        Variable({ name }) {
          names.push(name.value);
        },
      });
    }
  }
  return names;
}
