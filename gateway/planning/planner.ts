/** Apollo's query planner on a supergraph. */
import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, parse, visit } from 'graphql';
import { DEFER, isDividedDocument } from '../execution/deferral/defer-label.ts';
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
    const planFor = (asked: DocumentNode): QueryPlan =>
      planner.buildQueryPlan(operationFromDocument(schema, asked, { ...named, validate: false }), {
        overrideConditions,
      });
    try {
      return { kind: 'planned', plan: planDivided(document, planFor) };
    } catch (error) {
      if (isBound(error)) return { kind: 'too-complex' };
      throw error;
    }
  };
}

/** The planner fails for some of what is deferred around `@requires`: all of it is then fetched for the first part. */
function planDivided(document: DocumentNode, planFor: (document: DocumentNode) => QueryPlan): QueryPlan {
  try {
    return planFor(document);
  } catch (error) {
    if (isBound(error) || !isDividedDocument(document)) throw error;
    return planFor(visit(document, { Directive: ({ name }) => (name.value === DEFER ? null : undefined) }));
  }
}

/** They are told by their messages alone. */
function isBound(error: unknown): boolean {
  return error instanceof Error && /exceed|too many|limit/i.test(error.message);
}
