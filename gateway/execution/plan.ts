/**
 * The fourth stage of a request: which subgraph is asked for what, in which order.
 *
 * Plans are kept by the very text that was planned, after pruning: two principals share a plan only when what is left of
 * their operations is the same.
 */
import { createHash } from 'node:crypto';
import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, print, stripIgnoredCharacters } from 'graphql';
import { LRUCache } from 'lru-cache';
import { tooComplex } from '../protection/limit-operation.ts';
import type { LoadedSupergraph } from '../supergraph/load-supergraph.ts';

export type PlanOperation = (document: DocumentNode, operationName: string | undefined) => QueryPlan;

const MOST_PLANS = 1_000;

/** @returns a function that throws `OPERATION_TOO_COMPLEX` when the planner would take too long */
export function createPlanning({ planner, planningSchema }: LoadedSupergraph): PlanOperation {
  const plans = new LRUCache<string, QueryPlan>({ max: MOST_PLANS });
  return (document, operationName) => {
    const key = planKey(document, operationName);
    const known = plans.get(key);
    if (known) return known;
    const operation = operationFromDocument(planningSchema, document, {
      ...(operationName !== undefined && { operationName }),
      validate: false,
    });
    const plan = withinLimits(() => planner.buildQueryPlan(operation));
    plans.set(key, plan);
    return plan;
  };
}

function planKey(document: DocumentNode, operationName: string | undefined): string {
  return createHash('sha256')
    .update(`${operationName ?? ''}\n`)
    .update(stripIgnoredCharacters(print(document)))
    .digest('base64');
}

/** The planner's own bounds are told by its messages alone. */
function withinLimits<Result>(plan: () => Result): Result {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Error && /exceed|too many|limit/i.test(error.message)) throw tooComplex('planning');
    throw error;
  }
}
