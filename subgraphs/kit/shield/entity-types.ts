/** Which types may be asked for through `_entities`. */
import { type GraphQLSchema, isInterfaceType, isUnionType } from 'graphql';

/** Names of the entities: the members of `_Entity`, and the interfaces with an `id` that they implement. */
export function entityTypeNames(schema: GraphQLSchema): ReadonlySet<string> {
  const union = schema.getType('_Entity');
  const members = isUnionType(union) ? union.getTypes() : [];
  const interfaces = members.flatMap((member) => member.getInterfaces()).filter((type) => type.getFields()['id']);
  return new Set([...members, ...interfaces.filter(isInterfaceType)].map((type) => type.name));
}
