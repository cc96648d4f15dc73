/** Types as plans name them. */
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** Whether an object of a type fits a condition of a plan. */

export function fitsCondition(schema: GraphQLSchema, typeName: string, condition: string): boolean {
  if (typeName === condition) return true;
  const [type, asked] = [schema.getType(typeName), schema.getType(condition)];
  return isAbstractType(asked) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(asked, type);
}

const FRAGMENT = '... on ';

/** The type that an element of a rewrite's path asks for; undefined: it is the name of a field. */
export function typeConditionOf(element: string): string | undefined {
  return element.startsWith(FRAGMENT) ? element.slice(FRAGMENT.length) : undefined;
}

export function returnedType(type: GraphQLNamedType | null | undefined, name: string): GraphQLNamedType | undefined {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  return field && getNamedType(field.type);
}
