/** Which object type stands for an interface or union. */
import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLObjectType,
  isObjectType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { type Execution, isPromise, type Path } from './execution.ts';
import type { SelectedField } from './plan.ts';
import { resolveInfo } from './resolve-info.ts';

/** @throws {GraphQLError} when it isn't one of the type's, in graphql-js's words */
export function resolveRuntimeType<Context>(
  type: GraphQLAbstractType,
  value: unknown,
  field: SelectedField,
  execution: Execution<Context>,
  path: Path | undefined,
): GraphQLObjectType | Promise<GraphQLObjectType> {
  const resolve = type.resolveType ?? defaultTypeResolver;
  const named = resolve(value, execution.context, resolveInfo(field, execution, path), type);
  const check = (name: unknown): GraphQLObjectType => validType(name, type, value, field, execution);
  return isPromise(named) ? named.then(check) : check(named);
}

function validType<Context>(
  name: unknown,
  type: GraphQLAbstractType,
  value: unknown,
  { parentType, definition, nodes }: SelectedField,
  { schema }: Execution<Context>,
): GraphQLObjectType {
  const place = `must resolve to an Object type at runtime for field "${parentType.name}.${definition.name}"`;
  if (name === null || name === undefined) {
    throw new GraphQLError(
      `Abstract type "${type.name}" ${place}. Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      { nodes },
    );
  }
  if (isObjectType(name)) {
    throw new GraphQLError(
      'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.',
    );
  }
  if (typeof name !== 'string') {
    throw new GraphQLError(
      `Abstract type "${type.name}" ${place} with value ${inspect(value)}, received "${inspect(name)}".`,
    );
  }
  const found = schema.getType(name);
  if (!found) {
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a type "${name}" that does not exist inside the schema.`,
      { nodes },
    );
  }
  if (!isObjectType(found)) {
    throw new GraphQLError(`Abstract type "${type.name}" was resolved to a non-object type "${name}".`, { nodes });
  }
  if (!schema.isSubType(type, found)) {
    throw new GraphQLError(`Runtime Object type "${found.name}" is not a possible type for "${type.name}".`, { nodes });
  }
  return found;
}
