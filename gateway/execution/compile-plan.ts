/**
 * A query plan → functions that carry it out. A plan is compiled once and kept as long as it is.
 *
 * Where a plan goes down in the data, its fetches know the whole path; each finds its places when it begins.
 */
import type { FetchNode, PlanNode, QueryPlan, ResponsePath } from '@apollo/query-planner';
import { type GraphQLSchema, parse } from 'graphql';
import { createPlanAmendment } from './amend-plan.ts';
import { createConditionalRequires } from './conditional-requires.ts';
import { compileEntityFetch } from './entity-fetch.ts';
import { keysOf, needsOf } from './needs.ts';
import { compileReader } from './read-answer.ts';
import { compileRootFetch } from './root-fetch.ts';
import type { Step } from './step.ts';

/**
 * @param supergraph its SDL
 * @param schema all of it, by which objects are told apart
 * @param clientSchema what clients see of it
 * @param parsedAtFirst how many answers to each fetch
 * @returns a function that throws for a plan of a kind that is never made here
 */
export function createPlanCompiler(
  supergraph: string,
  schema: GraphQLSchema,
  clientSchema: GraphQLSchema,
  parsedAtFirst: number,
): (plan: QueryPlan) => Step {
  const compiled = new WeakMap<QueryPlan, Step>();
  const joins = parse(supergraph, { noLocation: true });
  const asIs = (node: PlanNode): PlanNode => node;
  const require = createConditionalRequires(joins, schema) ?? asIs;
  const amend = createPlanAmendment(joins, schema) ?? asIs;
  return (plan) => {
    const known = compiled.get(plan);
    if (known) return known;
    const { node } = plan;
    if (node?.kind === 'Subscription') throw new TypeError('subscriptions are not planned here');
    const step = node ? compilePlan(amend(require(node)), schema, clientSchema, parsedAtFirst) : nothing;
    compiled.set(plan, step);
    return step;
  };
}

function compilePlan(root: PlanNode, schema: GraphQLSchema, clientSchema: GraphQLSchema, parsedAtFirst: number): Step {
  const needs = needsOf(root);
  // What an entity is below depends on what it stands in, where arguments come from there.
  const isShared = !takesContext(root);
  return compileNode(root, []);

  function compileNode(node: PlanNode, path: ResponsePath): Step {
    switch (node.kind) {
      case 'Fetch':
        return compileFetch(node, path);
      case 'Flatten':
        return compileNode(node.node, [...path, ...node.path]);
      case 'Sequence':
        return inSequence(node.nodes.map((child) => compileNode(child, path)));
      case 'Parallel':
        return inParallel(node.nodes.map((child) => compileNode(child, path)));
      case 'Condition': {
        const { condition, ifClause, elseClause } = node;
        const [met, unmet] = [ifClause, elseClause].map((clause) => (clause ? compileNode(clause, path) : nothing));
        return async (run) => (run.booleans(condition) ? met : unmet)?.(run);
      }
      case 'Defer': {
        const first = node.primary.node ? compileNode(node.primary.node, path) : nothing;
        const later = new Map(
          node.deferred.map(({ label = '', node: part }) => [label, part ? compileNode(part, path) : nothing]),
        );
        return async (run) => {
          await first(run);
          run.later = later;
        };
      }
    }
  }

  function compileFetch(fetch: FetchNode, path: ResponsePath): Step {
    const reader = needs && compileReader(fetch, keysOf(path), needs, clientSchema, parsedAtFirst);
    return fetch.requires
      ? compileEntityFetch(fetch, path, schema, isShared, reader)
      : compileRootFetch(fetch, schema, reader);
  }
}

function takesContext(node: PlanNode | undefined): boolean {
  switch (node?.kind) {
    case 'Fetch':
      return node.contextRewrites !== undefined;
    case 'Flatten':
      return takesContext(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.some(takesContext);
    case 'Condition':
      return takesContext(node.ifClause) || takesContext(node.elseClause);
    case 'Defer':
      return [node.primary, ...node.deferred].some((part) => takesContext(part.node));
    default:
      return false;
  }
}

const nothing: Step = async () => undefined;

function inSequence(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: readonly Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}
