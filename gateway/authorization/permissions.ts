/**
 * Rights → what is denied, wherever it is read.
 *
 * 1. A field is denied when what it asks for, or what the type that it returns asks for, isn't satisfied.
 * 2. A field is denied when something that it is computed from is: by `@requires`, `@fromContext`, or because it is an
 *    interface object's. That goes on until nothing changes, since what is required may itself require something.
 *
 * Whether a field can be had without a denied key depends on the way that led to it, and is decided in `reach.ts`.
 */
import type { PolicyIndex } from '@commonhold/schema/directives/requirements-of.ts';
import { isSatisfied, type Rights } from '@commonhold/schema/requirement.ts';
import {
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { FieldSource, SupergraphIndex } from './supergraph-index.ts';

export interface Permissions {
  /** Whether nothing of this type may be seen, its `__typename` included. */
  isTypeDenied(typeName: string): boolean;
  /** Whether the field may not be seen on this type. Fields that don't exist are denied. */
  isFieldDenied(typeName: string, fieldName: string): boolean;
  /** Whether reading `selection` on this type reads anything that is denied. */
  isSelectionDenied(typeName: string, selection: SelectionSetNode): boolean;
  /** Whether some key is denied, so that ways between subgraphs have to be watched. */
  readonly hasDeniedKey: boolean;
}

/** @example permissionsOf(rights, index, requirementsOf(document)).isFieldDenied('Residence', 'occupants'); */
export function permissionsOf(rights: Rights, index: SupergraphIndex, policies: PolicyIndex): Permissions {
  const { schema } = index;
  const deniedTypes = new Set<string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isSatisfied(rights, policies.type(type.name))) deniedTypes.add(type.name);
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (isUnionType(type) && type.getTypes().every(({ name }) => deniedTypes.has(name))) deniedTypes.add(type.name);
  }

  const fields = compositeFields(schema);
  const allowed = new Set<string>();
  for (const { typeName, fieldName, returns } of fields) {
    if (!isSatisfied(rights, policies.field(typeName, fieldName)) || deniedTypes.has(returns)) continue;
    allowed.add(`${typeName}.${fieldName}`);
  }
  const isTypeDenied = (typeName: string): boolean => deniedTypes.has(typeName);
  const isFieldDenied = (typeName: string, fieldName: string): boolean =>
    fieldName === '__typename' ? isTypeDenied(typeName) : !allowed.has(`${typeName}.${fieldName}`);
  const isSelectionDenied = (typeName: string, selection: SelectionSetNode): boolean =>
    readsDenied(schema, isTypeDenied, isFieldDenied, typeName, selection);

  const computed = fields.filter(({ typeName, fieldName }) =>
    isComputed(typeName, index.sourcesOf(typeName, fieldName)),
  );
  let changed = true;
  while (changed) {
    changed = false;
    for (const { typeName, fieldName } of computed) {
      if (isFieldDenied(typeName, fieldName)) continue;
      const sources = index.sourcesOf(typeName, fieldName);
      if (!sources.some((source) => isSourceDenied(source, typeName, fieldName))) continue;
      allowed.delete(`${typeName}.${fieldName}`);
      changed = true;
    }
  }

  /** One subgraph's way is enough to deny: which subgraph a query plan picks isn't known here. */
  function isSourceDenied(source: FieldSource, typeName: string, fieldName: string): boolean {
    return (
      (source.requires !== undefined && isSelectionDenied(typeName, source.requires)) ||
      (source.typeName !== typeName && isFieldDenied(source.typeName, fieldName)) ||
      source.contexts.some(({ context, selection }) =>
        index.typesOfContext(context).some((setter) => isSelectionDenied(setter, selection)),
      )
    );
  }

  const hasDeniedKey = Object.keys(schema.getTypeMap()).some((typeName) =>
    index.keysOf(typeName).some(({ selection }) => isSelectionDenied(typeName, selection)),
  );
  return { isTypeDenied, isFieldDenied, isSelectionDenied, hasDeniedKey };
}

function isComputed(typeName: string, sources: readonly FieldSource[]): boolean {
  return sources.some((source) => source.requires || source.contexts.length > 0 || source.typeName !== typeName);
}

function compositeFields(
  schema: GraphQLSchema,
): readonly { readonly typeName: string; readonly fieldName: string; readonly returns: string }[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    fieldsOf(type).map(([fieldName, returned]) => ({
      typeName: type.name,
      fieldName,
      returns: getNamedType(returned).name,
    })),
  );
}

function fieldsOf(type: GraphQLNamedType): readonly (readonly [string, GraphQLOutputType])[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).map((field) => [field.name, field.type]);
}

/** On an abstract type everything counts that an object behind it may read. */
function readsDenied(
  schema: GraphQLSchema,
  isTypeDenied: Permissions['isTypeDenied'],
  isFieldDenied: Permissions['isFieldDenied'],
  typeName: string,
  selection: SelectionSetNode,
): boolean {
  const type = schema.getType(typeName);
  return selection.selections.some((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const condition = node.typeCondition?.name.value ?? typeName;
      return isTypeDenied(condition) || readsDenied(schema, isTypeDenied, isFieldDenied, condition, node.selectionSet);
    }
    if (node.kind !== Kind.FIELD) return true;
    if (node.name.value === '__typename') return false;
    const objects = isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    if ([typeName, ...objects].some((name) => isFieldDenied(name, node.name.value))) return true;
    if (!node.selectionSet) return false;
    const field = (type ? fieldsOf(type) : []).find(([name]) => name === node.name.value);
    return !field || readsDenied(schema, isTypeDenied, isFieldDenied, getNamedType(field[1]).name, node.selectionSet);
  });
}
