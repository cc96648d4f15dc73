/**
 * Arguments that a subgraph takes from objects further up (`@fromContext`), as variables of a fetch.
 *
 * Entities that are told different values are asked for apart, also when they are the same entity. Where there is no
 * value, null is told: composition lets no such argument be non-null.
 */
import type { FetchDataKeyRenamer, FetchNode, ResponsePath } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Data, isData, isList } from './data.ts';
import { fitsCondition, typeConditionOf } from './runtime-types.ts';

/** Entities, and the variables with which they are asked for. */
export interface Contextual {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly objects: readonly Data[];
}

export type FindContextual = (root: Data) => readonly Contextual[];

/**
 * @param path where the entities are
 * @returns undefined when the fetch takes nothing from objects further up
 */
export function compileContextArguments(
  { contextRewrites = [] }: FetchNode,
  path: ResponsePath,
  schema: GraphQLSchema,
): FindContextual | undefined {
  if (contextRewrites.length === 0) return undefined;
  return (root) => {
    const groups = new Map<string, Contextual & { readonly objects: Data[] }>();
    eachEntity(root, path, (entity, parents) => {
      const variables = variablesAt([...parents, entity], contextRewrites, schema);
      const key = JSON.stringify(variables);
      const group = groups.get(key) ?? { variables, objects: [] };
      groups.set(key, group);
      group.objects.push(entity);
    });
    return [...groups.values()];
  };
}

/** @param tell is given the objects above, from the outermost */
function eachEntity(root: Data, path: ResponsePath, tell: (entity: Data, parents: readonly Data[]) => void): void {
  const go = (value: unknown, depth: number, above: readonly Data[]): void => {
    const part = path[depth];
    if (part === '@') {
      if (isList(value)) for (const item of value) go(item, depth + 1, above);
    } else if (isData(value)) {
      if (part === undefined) tell(value, above);
      else go(value[part], depth + 1, [...above, value]);
    }
  };
  go(root, 0, []);
}

/** @param lineage objects from the outermost to the entity itself */
function variablesAt(
  lineage: readonly Data[],
  rewrites: readonly FetchDataKeyRenamer[],
  schema: GraphQLSchema,
): Readonly<Record<string, unknown>> {
  const variables: Record<string, unknown> = {};
  for (const { path, renameKeyTo } of rewrites) {
    const up = path.filter((part) => part === UP).length;
    const found = valueAt(lineage.at(-1 - up), path.slice(up), schema);
    if (found !== undefined) variables[renameKeyTo] = found;
    else variables[renameKeyTo] ??= null;
  }
  return variables;
}

const UP = '..';

/** @returns undefined where the object is of another type, or has no such field */
function valueAt(value: unknown, [part, ...rest]: readonly string[], schema: GraphQLSchema): unknown {
  if (part === undefined) return value;
  if (isList(value)) return value.map((item) => valueAt(item, [part, ...rest], schema) ?? null);
  if (!isData(value)) return undefined;
  const condition = typeConditionOf(part);
  if (condition === undefined) return valueAt(value[part], rest, schema);
  const typeName = value['__typename'];
  return typeof typeName !== 'string' || fitsCondition(schema, typeName, condition)
    ? valueAt(value, rest, schema)
    : undefined;
}
