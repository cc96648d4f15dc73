/**
 * The second net: a query plan must not read what its principal may not see.
 *
 * Pruning leaves out what can't be had without something denied. When a subgraph can be entered by several keys, though,
 * the planner may pick one that is denied. Then, and whenever pruning should have erred, nothing is fetched at all.
 *
 * 1. Walk the plan down to its fetches.
 * 2. Check what each sends to its subgraph (`requires`) and what it asks there (`operation`), by the types of the
 *    supergraph; on an abstract type, whatever an object behind it holds. What isn't known isn't allowed.
 */
import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode, SubscriptionNode } from '@apollo/query-planner';
import {
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from './operation.ts';
import type { Permissions } from './permissions.ts';

/** Whether the plan reads a field that is denied or unknown. */
export function readsDenied(plan: QueryPlan, schema: GraphQLSchema, permissions: Permissions): boolean {
  return fetchesOf(plan.node).some((fetch) => fetchReadsDenied(fetch, schema, permissions));
}

/** What is said of such a plan. It doesn't name the field. */
export function planForbidden(): GraphQLError {
  return new GraphQLError('The operation cannot be carried out without data that you may not see', {
    extensions: { code: 'FORBIDDEN' },
  });
}

/** Every fetch below. */
export function fetchesOf(node: PlanNode | SubscriptionNode | undefined): readonly FetchNode[] {
  switch (node?.kind) {
    case undefined:
      return [];
    case 'Fetch':
      return [node];
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf);
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)];
    case 'Subscription':
      return [node.primary, ...fetchesOf(node.rest)];
    case 'Defer':
      return [node.primary, ...node.deferred].flatMap((part) => fetchesOf(part.node));
  }
}

/** A selection of a fetch, whether it came as GraphQL or as the planner's own nodes. */
type Read =
  | { readonly kind: 'field'; readonly name: string; readonly below: readonly Read[] }
  | { readonly kind: 'fragment'; readonly type: string | undefined; readonly below: readonly Read[] };

function fetchReadsDenied(fetch: FetchNode, schema: GraphQLSchema, permissions: Permissions): boolean {
  const document = fetch.operationDocumentNode ?? parse(fetch.operation, { noLocation: true });
  const fragments = fragmentsOf(document);
  const rootType = schema.getRootType(fetch.operationKind);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!rootType || !operation) return true;
  const sent = (fetch.requires ?? []).map(readOfPlan);
  return [...sent, ...readsOf(operation.selectionSet)].some((read) => isDenied(rootType.name, read));

  function readsOf({ selections }: SelectionSetNode): readonly Read[] {
    return selections.map((node): Read => {
      if (node.kind === Kind.FIELD) {
        return { kind: 'field', name: node.name.value, below: node.selectionSet ? readsOf(node.selectionSet) : [] };
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      const type = fragment?.typeCondition?.name.value;
      return { kind: 'fragment', type, below: fragment ? readsOf(fragment.selectionSet) : [] };
    });
  }

  function isDenied(typeName: string, read: Read): boolean {
    if (read.kind === 'fragment') {
      const condition = read.type ?? typeName;
      return permissions.isTypeDenied(condition) || read.below.some((below) => isDenied(condition, below));
    }
    if (read.name === '__typename') return false;
    // Entities are asked for by fragments on their types.
    if (read.name === '_entities') return read.below.some((below) => isDenied('_Entity', below));
    const type = schema.getType(typeName);
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    if ([typeName, ...objects].some((name) => permissions.isFieldDenied(name, read.name))) return true;
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[read.name] : undefined;
    return !field || read.below.some((below) => isDenied(getNamedType(field.type).name, below));
  }
}

function readOfPlan(node: QueryPlanSelectionNode): Read {
  const below = (node.selections ?? []).map(readOfPlan);
  return node.kind === 'Field'
    ? { kind: 'field', name: node.name, below }
    : { kind: 'fragment', type: node.typeCondition, below };
}
