/** What a supergraph says of who knows a field, and what for (the `join` specification). */
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { returnedType } from './runtime-types.ts';

export interface Requirement {
  /** The type on which it is required, and those that implement it. */
  readonly types: ReadonlySet<string>;
  /** As it is required. */
  readonly field: FieldNode;
  readonly path: readonly string[];
  /** The one that requires it, by `fieldIn`. */
  readonly by: string;
}

export function fieldIn(subgraph: string, typeName: string, field: string): string {
  return `${subgraph} ${typeName}.${field}`;
}

/** @param path from an entity, in names of fields */
export function placeIn(path: readonly string[]): string {
  return path.join('.');
}

/** @returns how plans name each subgraph, by how the supergraph does */
function subgraphsIn(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(supergraph, {
    EnumValueDefinition(node) {
      const name = textArgument(node.directives?.find((one) => one.name.value === 'join__graph')?.arguments, 'name');
      if (name !== undefined) found.set(node.name.value, name);
    },
  });
  return found;
}

/** All that fields require (`@requires`), however deep. */
export function requirementsIn(supergraph: DocumentNode, schema: GraphQLSchema): readonly Requirement[] {
  const subgraphs = subgraphsIn(supergraph);
  const found: Requirement[] = [];
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of type.fields ?? []) {
      for (const directive of field.directives ?? []) {
        const requires = textArgument(directive.arguments, 'requires');
        const subgraph = subgraphs.get(enumArgument(directive.arguments, 'graph') ?? '');
        if (requires === undefined || subgraph === undefined) continue;
        const by = fieldIn(subgraph, type.name.value, field.name.value);
        collect(selectionSetOf(requires), schema.getType(type.name.value), [], by);
      }
    }
  }
  return found;

  function collect(
    { selections }: SelectionSetNode,
    type: GraphQLNamedType | undefined,
    path: readonly string[],
    by: string,
  ): void {
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value;
        collect(node.selectionSet, condition === undefined ? type : schema.getType(condition), path, by);
      } else if (node.kind === Kind.FIELD && type) {
        const own = [...path, node.name.value];
        const possible = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
        found.push({ types: new Set([type.name, ...possible]), field: node, path: own, by });
        if (node.selectionSet) collect(node.selectionSet, returnedType(type, node.name.value), own, by);
      }
    }
  }
}

/** @returns `subgraph Type` → the fields of which its keys there are made, by `placeIn` */
export function keysIn(supergraph: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const subgraphs = subgraphsIn(supergraph);
  const found = new Map<string, ReadonlySet<string>>();
  for (const type of supergraph.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const directive of type.directives ?? []) {
      const key = textArgument(directive.arguments, 'key');
      const subgraph = subgraphs.get(enumArgument(directive.arguments, 'graph') ?? '');
      if (key === undefined || subgraph === undefined) continue;
      const place = `${subgraph} ${type.name.value}`;
      found.set(place, new Set([...(found.get(place) ?? []), ...placesOf(selectionSetOf(key), [])]));
    }
  }
  return found;
}

function placesOf({ selections }: SelectionSetNode, path: readonly string[]): readonly string[] {
  return selections.flatMap((node) => {
    if (node.kind !== Kind.FIELD) return [];
    const own = [...path, node.name.value];
    return [placeIn(own), ...(node.selectionSet ? placesOf(node.selectionSet, own) : [])];
  });
}

function textArgument(given: readonly ArgumentNode[] | undefined, name: string): string | undefined {
  const value = given?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function enumArgument(given: readonly ArgumentNode[] | undefined, name: string): string | undefined {
  const value = given?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.ENUM ? value.value : undefined;
}

function selectionSetOf(fields: string): SelectionSetNode {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('no selection');
  return operation.selectionSet;
}
