/**
 * Whether a field can be had without reading a denied key, from where its parent was resolved.
 *
 * A parent comes from some of the subgraphs ("places"). From there a query plan may enter further subgraphs, each by
 * one of its keys, whose fields must be had from the subgraphs entered before. A key that holds a denied field is no
 * way. So for each step of an operation:
 *
 * 1. `entered`: the places and what can be entered from them, until nothing is added.
 * 2. `sources`: which of these resolve the field; none: denied. Also denied: what `@requires` names isn't to be had.
 * 3. Those sources are the places of the field's own selection.
 *
 * All this is needed only when a role may not see some key; otherwise every place reaches everything.
 */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Permissions } from './permissions.ts';
import type { FieldSource, SupergraphIndex } from './supergraph-index.ts';

/** A subgraph that may have resolved an object, and what it gives of it by `@provides` beyond its own fields. */
export interface Place {
  readonly graph: string;
  readonly provided: readonly SelectionSetNode[];
}

export interface Reach {
  /** Where the objects at the root of an operation come from. */
  readonly root: readonly Place[];
  /** Where the field's value can come from; empty: it can't be had without something denied. */
  follow(typeName: string, fieldName: string, places: readonly Place[]): readonly Place[];
}

/** The reach of roles that may see every key: nothing has to be watched. */
export function unwatchedReach(): Reach {
  const root: readonly Place[] = [{ graph: '', provided: [] }];
  return { root, follow: () => root };
}

/** @example createReach(index, permissions).follow('Query', 'residence', reach.root).length > 0; */
export function createReach(index: SupergraphIndex, permissions: Permissions): Reach {
  const { schema } = index;
  const rootTypes = new Set(
    [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) => type?.name ?? []),
  );
  const everywhere = new Set(index.graphs.values());
  const entered = new Map<string, ReadonlySet<string>>();

  const follow = (typeName: string, fieldName: string, places: readonly Place[]): readonly Place[] => {
    const graphs = enter(typeName, places, false);
    const sources = index.sourcesOf(typeName, fieldName).filter(({ graph }) => graphs.has(graph));
    const here = [...graphs].map((graph): Place => ({ graph, provided: [] }));
    const surroundings = [...places, ...here];
    if (sources.some(({ requires }) => requires && !canRead(typeName, requires, surroundings))) return [];
    const reached = [...sources.map(placeOf), ...providedPlaces(fieldName, places)];
    return reached.length > 0 ? reached : unexplained(typeName, fieldName, places);
  };

  /**
   * Composition promises that every field can be had. Where we don't find the way although no key is left out, the
   * keys of the type decide.
   */
  const unexplained = (typeName: string, fieldName: string, places: readonly Place[]): readonly Place[] => {
    const sources = index.sourcesOf(typeName, fieldName);
    const all = enter(typeName, places, true);
    if (sources.some(({ graph }) => all.has(graph)) || hasDeniedKey(typeName)) return [];
    return sources.map(placeOf);
  };

  const hasDeniedKey = (typeName: string): boolean =>
    index.keysOf(typeName).some((key) => isKeyDenied(typeName, key.typeName, key.selection));

  const isKeyDenied = (typeName: string, keyTypeName: string, selection: SelectionSetNode): boolean =>
    permissions.isSelectionDenied(typeName, selection) || permissions.isSelectionDenied(keyTypeName, selection);

  const enter = (typeName: string, places: readonly Place[], byDeniedKeys: boolean): ReadonlySet<string> => {
    if (rootTypes.has(typeName)) return everywhere;
    const start = [...new Set(places.map(({ graph }) => graph))].sort();
    const memo = JSON.stringify([typeName, byDeniedKeys, ...start]);
    const known = places.some(({ provided }) => provided.length > 0) ? undefined : entered.get(memo);
    if (known) return known;
    const graphs = new Set(start);
    const keys = index
      .keysOf(typeName)
      .filter((key) => byDeniedKeys || !isKeyDenied(typeName, key.typeName, key.selection));
    let grown = true;
    while (grown) {
      grown = false;
      for (const { graph, selection } of keys) {
        if (graphs.has(graph) || !suppliesKey(typeName, selection, graphs, places)) continue;
        graphs.add(graph);
        grown = true;
      }
    }
    if (places.every(({ provided }) => provided.length === 0)) entered.set(memo, graphs);
    return graphs;
  };

  /** Deeper fields of a nested key come with the outer one, from the subgraph that has it. */
  const suppliesKey = (
    typeName: string,
    key: SelectionSetNode,
    graphs: ReadonlySet<string>,
    places: readonly Place[],
  ): boolean =>
    key.selections.every((node) => {
      if (node.kind !== Kind.FIELD) return node.kind === Kind.INLINE_FRAGMENT;
      const fieldName = node.name.value;
      return (
        fieldName === '__typename' ||
        index.sourcesOf(typeName, fieldName).some(({ graph }) => graphs.has(graph)) ||
        providedPlaces(fieldName, places).length > 0
      );
    });

  /** Whether all of `selection` can be had, objects of every possible type considered. */
  const canRead = (typeName: string, selection: SelectionSetNode, places: readonly Place[]): boolean => {
    const type = schema.getType(typeName);
    if (!isCompositeType(type)) return false;
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [typeName];
    return selection.selections.every((node) => {
      if (node.kind === Kind.INLINE_FRAGMENT) {
        return canRead(node.typeCondition?.name.value ?? typeName, node.selectionSet, places);
      }
      if (node.kind !== Kind.FIELD) return false;
      if (node.name.value === '__typename') return true;
      const { selectionSet } = node;
      return objects.every((object) => {
        const next = follow(object, node.name.value, places);
        const returned = fieldType(object, node.name.value);
        return next.length > 0 && (!selectionSet || (returned !== undefined && canRead(returned, selectionSet, next)));
      });
    });
  };

  const fieldType = (typeName: string, fieldName: string): string | undefined => {
    const type = schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    const field = type.getFields()[fieldName];
    return field && getNamedType(field.type).name;
  };

  return { root: [...everywhere].map((graph) => ({ graph, provided: [] })), follow };
}

function placeOf({ graph, provides }: FieldSource): Place {
  return { graph, provided: provides ? [provides] : [] };
}

/** The places that give the field by `@provides`, and what they provide below it. */
function providedPlaces(fieldName: string, places: readonly Place[]): readonly Place[] {
  return places.flatMap(({ graph, provided }) =>
    provided
      .flatMap((selection) => providedFields(fieldName, selection))
      .map((below): Place => ({ graph, provided: below ? [below] : [] })),
  );
}

function providedFields(
  fieldName: string,
  { selections }: SelectionSetNode,
): readonly (SelectionSetNode | undefined)[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT) return providedFields(fieldName, node.selectionSet);
    return node.kind === Kind.FIELD && node.name.value === fieldName ? [node.selectionSet] : [];
  });
}
