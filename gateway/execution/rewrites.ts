/**
 * Where types of one selection differ, a plan asks for a field under an alias of its own. What came under it gets its own
 * name back, in the data and in the paths of errors.
 */
import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { Path } from './answer-errors.ts';
import { type Data, isData, isList } from './data.ts';
import { fitsCondition, typeConditionOf } from './runtime-types.ts';

export interface Rewrites {
  inData(data: Data, typeName?: unknown): void;
  inPath(path: Path): Path;
}

const NONE: Rewrites = { inData: () => undefined, inPath: (path) => path };

export function compileRewrites(rewrites: readonly FetchDataRewrite[], schema: GraphQLSchema): Rewrites {
  if (rewrites.length === 0) return NONE;
  const names = new Map(
    rewrites.flatMap((rewrite) => (rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1), rewrite.renameKeyTo]] : [])),
  );
  return {
    inData(data, typeName) {
      for (const rewrite of rewrites) applyAt(data, 0, rewrite, typeName);
    },
    inPath: (path) => path.map((part) => names.get(String(part)) ?? part),
  };

  function applyAt(value: unknown, depth: number, rewrite: FetchDataRewrite, knownType?: unknown): void {
    if (isList(value)) {
      for (const item of value) applyAt(item, depth, rewrite);
      return;
    }
    const element = rewrite.path[depth];
    if (element === undefined || !isData(value)) return;
    const condition = typeConditionOf(element);
    if (condition !== undefined) {
      const typeName = value['__typename'] ?? knownType;
      if (typeof typeName !== 'string' || fitsCondition(schema, typeName, condition)) {
        applyAt(value, depth + 1, rewrite, knownType);
      }
    } else if (depth < rewrite.path.length - 1) {
      applyAt(value[element], depth + 1, rewrite);
    } else {
      rewriteField(value, element, rewrite);
    }
  }
}

function rewriteField(object: Data, key: string, rewrite: FetchDataRewrite): void {
  if (rewrite.kind === 'ValueSetter') {
    object[key] = rewrite.setValueTo;
  } else if (object[key] !== undefined) {
    object[rewrite.renameKeyTo] = object[key];
    object[key] = undefined;
  }
}
