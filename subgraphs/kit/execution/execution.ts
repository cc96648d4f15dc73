/** What one execution of an operation carries along, and what it finds wrong on its way. */
import type { FragmentDefinitionNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Path } from 'graphql/jsutils/Path.js';

export interface Execution<Context> {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly rootValue: unknown;
  readonly context: Context;
  /** Coerced arguments, each at its field's place in the plan: they are the same for every object of an execution. */
  readonly args: (Readonly<Record<string, unknown>> | undefined)[];
  readonly errors: CollectedErrors;
}

/** JSON text; `null` where there is nothing. */
export type Written = string | Promise<string>;

export const NULL = 'null';

export type { Path };

/**
 * Errors of what is part of the answer: an error at or below a place that was made null before is left out, since it
 * would be an error of nothing.
 */
export class CollectedErrors {
  readonly all: GraphQLError[] = [];
  readonly #nulled = new Set<Path | undefined>();

  /** @param path of what becomes null by it; undefined: the whole answer */
  add(error: GraphQLError, path: Path | undefined): void {
    if (this.#isBelowNull(path)) return;
    this.#nulled.add(path);
    this.all.push(error);
  }

  #isBelowNull(path: Path | undefined): boolean {
    for (let place = path; place !== undefined; place = place.prev) if (this.#nulled.has(place)) return true;
    return this.#nulled.has(undefined);
  }
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
