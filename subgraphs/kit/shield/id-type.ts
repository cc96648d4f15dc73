/** Which type stands in the ids of a GraphQL type. */
import { type GraphQLInterfaceType, type GraphQLObjectType, isObjectType } from 'graphql';

/**
 * The type's own name; for an object type that implements an interface with an `id`, the interface's: whoever has a
 * device's id needn't know which kind of device it is.
 */
export function idTypeOf(type: GraphQLObjectType | GraphQLInterfaceType): string {
  if (!isObjectType(type)) return type.name;
  return type.getInterfaces().find((candidate) => candidate.getFields()['id'] !== undefined)?.name ?? type.name;
}
