/**
 * Objects of an interface that no type implements: a subgraph with `@interfaceObject` may have such, but nobody knows of
 * which type they are, and the planner fails when it is asked. So it isn't: where a client asks for the type, the
 * object is null with an error, as the specification has it (6.4.3).
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isRequiredArgument,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** @param suffix an ending that no name of the document has */
export type WithoutUnknownTypes = (document: DocumentNode, suffix: string) => DocumentNode;

/** @returns undefined when each interface is implemented, so that nothing needs to change */
export function createUnknownTypeRemoval(schema: GraphQLSchema): WithoutUnknownTypes | undefined {
  const unknown = new Set(
    Object.values(schema.getTypeMap())
      .filter(isInterfaceType)
      .filter((type) => schema.getPossibleTypes(type).length === 0),
  );
  if (unknown.size === 0) return undefined;
  return (document, suffix) => {
    const typeInfo = new TypeInfo(schema);
    return visit(
      document,
      visitWithTypeInfo(typeInfo, {
        [Kind.FIELD](field) {
          const type: GraphQLNamedType | null | undefined = typeInfo.getParentType();
          if (field.name.value !== '__typename' || !isInterfaceType(type) || !unknown.has(type)) return undefined;
          return inPlaceOf(field, type, suffix);
        },
      }),
    );
  };
}

/** A selection may not be empty. */
function inPlaceOf(field: FieldNode, type: GraphQLInterfaceType, suffix: string): FieldNode {
  const name = Object.values(type.getFields()).find(
    ({ args, type }) => isLeafType(getNamedType(type)) && !args.some(isRequiredArgument),
  )?.name;
  if (name === undefined) return field;
  return {
    ...field,
    name: { kind: Kind.NAME, value: name },
    alias: { kind: Kind.NAME, value: `${name}${suffix}` },
  };
}
