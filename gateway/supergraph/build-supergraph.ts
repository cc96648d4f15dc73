/** SDL → what Apollo's libraries make of it; the same in the process that serves it and in the threads that plan for it. */
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';
import { resolvableKeysFirst } from './resolvable-keys.ts';

// Found in supergraphs for other routers; subgraphs of it are no GraphQL servers, so that they aren't served at all.
const UNSUPPORTED = /\/connect\//;
const SUPPORTED_FEATURES = new Set([...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter((url) => !UNSUPPORTED.test(url)));

// A plan is the best of at most this many; each path may be walked in at most so many ways. Beyond, planning is refused.
const MOST_EVALUATED_PLANS = 1_000;
const MOST_PATH_OPTIONS = 2_000;

/** @throws {Error} that says what is wrong with it */
export function buildSupergraph(sdl: string): Supergraph {
  return Supergraph.build(resolvableKeysFirst(parse(sdl)), {
    supportedFeatures: SUPPORTED_FEATURES,
    validateSupergraph: true,
  });
}

/** @throws {Error} that says why no plan can be made for it */
export function buildPlanner(supergraph: Supergraph): QueryPlanner {
  return new QueryPlanner(supergraph, {
    incrementalDelivery: { enableDefer: true },
    debug: { maxEvaluatedPlans: MOST_EVALUATED_PLANS, pathsLimit: MOST_PATH_OPTIONS },
  });
}
