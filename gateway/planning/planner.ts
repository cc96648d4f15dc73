/** Apollo's query planner on a supergraph. */
import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { buildPlanner, buildSupergraph } from '../supergraph/build-supergraph.ts';

export interface PlanningTask {
  /** Valid, of the API schema. */
  readonly operation: string;
  readonly operationName?: string | undefined;
  /** The labels of `@override` that hold. */
  readonly overrides?: readonly string[] | undefined;
}

export type Planned =
  | { readonly kind: 'planned'; readonly plan: QueryPlan }
  /** The planner's own bounds were reached. */
  | { readonly kind: 'too-complex' };

/** @throws {Error} when `sdl` is no supergraph */
export function createPlanner(sdl: string): (task: PlanningTask) => Planned {
  const supergraph = buildSupergraph(sdl);
  const schema = supergraph.apiSchema();
  const planner = buildPlanner(supergraph);
  return ({ operation, operationName, overrides = [] }) => {
    const document = parse(operation, { noLocation: true });
    const named = operationName === undefined ? {} : { operationName };
    const overrideConditions = new Map(overrides.map((label) => [label, true]));
    try {
      const asked = operationFromDocument(schema, document, { ...named, validate: false });
      return { kind: 'planned', plan: planner.buildQueryPlan(asked, { overrideConditions }) };
    } catch (error) {
      // They are told by their messages alone.
      if (error instanceof Error && /exceed|too many|limit/i.test(error.message)) return { kind: 'too-complex' };
      throw error;
    }
  };
}
