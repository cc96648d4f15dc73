/**
 * Whether a subgraph's data has the shape that its operation asks for: lists where the schema says lists, objects where
 * it says objects. The executor gives up on a whole request over one that hasn't; found here, it costs one fetch.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** @param schema the whole supergraph, `@inaccessible` parts included */
export function hasShapeOf(document: DocumentNode, data: unknown, schema: GraphQLSchema): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const rootType = (operation && schema.getRootType(operation.operation)) ?? undefined;
  return isRecord(data) && rootType !== undefined && fitsObject(data, operation?.selectionSet, rootType);

  function fitsObject(
    value: Readonly<Record<string, unknown>>,
    selectionSet: SelectionSetNode | undefined,
    type: GraphQLNamedType | undefined,
  ): boolean {
    return (selectionSet?.selections ?? []).every((node) => {
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const field = Object.hasOwn(value, key) ? value[key] : null;
        if (node.name.value === '_entities') return fitsEntities(field, node.selectionSet);
        const fieldType = fieldTypeOf(type, node.name.value);
        return fieldType === undefined || fits(field, node.selectionSet, fieldType);
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      const condition = fragment?.typeCondition;
      return fitsObject(value, fragment?.selectionSet, condition ? schema.getType(condition.name.value) : type);
    });
  }

  function fits(value: unknown, selectionSet: SelectionSetNode | undefined, type: GraphQLOutputType): boolean {
    if (isNonNullType(type)) return fits(value, selectionSet, type.ofType);
    if (value === null || value === undefined) return true;
    if (isListType(type)) return Array.isArray(value) && value.every((item) => fits(item, selectionSet, type.ofType));
    if (!isCompositeType(type)) return true;
    return isRecord(value) && hasTypename(value) && fitsObject(value, selectionSet, getNamedType(type));
  }

  function fitsEntities(value: unknown, selectionSet: SelectionSetNode | undefined): boolean {
    return (
      Array.isArray(value) &&
      value.every((entity) => entity === null || (isRecord(entity) && fitsObject(entity, selectionSet, undefined)))
    );
  }
}

function fieldTypeOf(type: GraphQLNamedType | undefined, name: string): GraphQLOutputType | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name]?.type : undefined;
}

function hasTypename(value: Readonly<Record<string, unknown>>): boolean {
  const name = value['__typename'];
  return name === undefined || typeof name === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
