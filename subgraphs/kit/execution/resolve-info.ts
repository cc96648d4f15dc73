/** What a resolver is told of where it is. */
import type { GraphQLResolveInfo } from 'graphql';
import type { Execution, Path } from './execution.ts';
import type { SelectedField } from './plan.ts';

/** @param path of the field, or of an item of its list */
export function resolveInfo<Context>(
  { parentType, definition, nodes }: SelectedField,
  { schema, fragments, rootValue, operation, variableValues }: Execution<Context>,
  path: Path | undefined,
): GraphQLResolveInfo {
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path: fieldPath(path),
    schema,
    fragments,
    rootValue,
    operation,
    variableValues,
  };
}

/** Names of types stand at fields alone, not at places in lists. */
function fieldPath(path: Path | undefined): Path {
  if (path === undefined) throw new TypeError('a field without a path');
  return path.typename === undefined && path.prev !== undefined ? fieldPath(path.prev) : path;
}
