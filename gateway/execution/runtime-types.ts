/** Whether an object of a type fits a condition of a plan. */
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

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
