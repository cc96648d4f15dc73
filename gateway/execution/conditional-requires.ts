/**
 * Fetches of which `@skip` and `@include` leave out a field that requires others: the planner doesn't fetch what that one
 * requires, but wants a subgraph to be told of it all the same, so that nothing of the entity would be fetched.
 *
 * Such a fetch is made with what the fields require that are asked for, as the variables say.
 */
import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, Kind, type SelectionNode } from 'graphql';
import { type Condition, conditionsOf } from '../authorization/conditions.ts';
import { operationOf } from './fetch-operation.ts';
import { fieldIn, keysIn, placeIn, requirementsIn } from './joins.ts';
import { mapPlan } from './map-plan.ts';

/** A field of an entity that requires others, as it is asked for. */
interface Requiring {
  /** Where on the entity what it requires stands. */
  readonly places: readonly string[];
  readonly conditions: readonly Condition[];
}

type Known = ReadonlyMap<string, boolean>;

/** With more, a fetch stays as it is: there is one for each choice. */
const MOST_VARIABLES = 6;

/**
 * @param supergraph its SDL
 * @returns undefined for a supergraph in which nothing is required
 */
export function createConditionalRequires(
  supergraph: DocumentNode,
  schema: GraphQLSchema,
): ((node: PlanNode) => PlanNode) | undefined {
  const required = new Map<string, readonly string[]>();
  for (const { by, path } of requirementsIn(supergraph, schema)) {
    required.set(by, [...(required.get(by) ?? []), placeIn(path)]);
  }
  if (required.size === 0) return undefined;
  const keys = keysIn(supergraph);
  return (node) => mapPlan(node, { fetch: decide });

  function decide(fetch: FetchNode): PlanNode {
    const requiring = fetch.requires ? requiringIn(fetch) : [];
    const variables = new Set(requiring.flatMap(({ conditions }) => conditions.map(({ variable }) => variable)));
    if (variables.size === 0 || variables.size > MOST_VARIABLES) return fetch;
    return choose(fetch, requiring, [...variables], new Map());
  }

  function choose(
    fetch: FetchNode,
    requiring: readonly Requiring[],
    [variable, ...others]: readonly string[],
    known: Known,
  ): PlanNode {
    if (variable === undefined) return withoutUnasked(fetch, requiring, known);
    const [ifClause, elseClause] = [true, false].map((value) =>
      choose(fetch, requiring, others, new Map([...known, [variable, value]])),
    );
    if (!ifClause || !elseClause || JSON.stringify(ifClause) === JSON.stringify(elseClause)) return ifClause ?? fetch;
    return { kind: 'Condition', condition: variable, ifClause, elseClause };
  }

  function requiringIn(fetch: FetchNode): readonly Requiring[] {
    const found: Requiring[] = [];
    const collect = (
      selections: readonly SelectionNode[],
      type: string | undefined,
      around: readonly Condition[],
    ): void => {
      for (const node of selections) {
        const own = conditionsOf(node.directives);
        if (own === undefined || node.kind === Kind.FRAGMENT_SPREAD) continue;
        const conditions = [...around, ...own];
        if (node.kind === Kind.INLINE_FRAGMENT) {
          collect(node.selectionSet.selections, node.typeCondition?.name.value ?? type, conditions);
        } else if (node.name.value === '_entities') {
          collect(node.selectionSet?.selections ?? [], undefined, conditions);
        } else {
          const places = required.get(fieldIn(fetch.serviceName, type ?? '', node.name.value));
          if (places) found.push({ places, conditions });
        }
      }
    };
    collect(operationOf(fetch)?.selections ?? [], undefined, []);
    return found;
  }

  /** What is a key there, or required by a field that is asked for, stays. */
  function withoutUnasked(fetch: FetchNode, requiring: readonly Requiring[], known: Known): FetchNode {
    const isAsked = ({ conditions }: Requiring): boolean =>
      conditions.every(({ variable, value }) => known.get(variable) === value);
    const needed = new Set(requiring.filter(isAsked).flatMap(({ places }) => places));
    const unneeded = new Set(requiring.flatMap(({ places }) => places.filter((place) => !needed.has(place))));
    const keep = (
      nodes: readonly QueryPlanSelectionNode[],
      entity: string | undefined,
      path: readonly string[],
    ): QueryPlanSelectionNode[] =>
      nodes.flatMap((node): QueryPlanSelectionNode[] => {
        if (node.kind === 'InlineFragment') {
          const type = path.length === 0 ? (node.typeCondition ?? entity) : entity;
          return [{ ...node, selections: keep(node.selections, type, path) }];
        }
        const own = [...path, node.name];
        const place = placeIn(own);
        const isKey = keys.get(`${fetch.serviceName} ${entity}`)?.has(place) ?? false;
        if (unneeded.has(place) && !isKey) return [];
        return [node.selections ? { ...node, selections: keep(node.selections, entity, own) } : node];
      });
    return { ...fetch, requires: keep(fetch.requires ?? [], undefined, []) };
  }
}
