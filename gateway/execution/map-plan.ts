/** A query plan with other nodes in place of some of its own. */
import type { FetchNode, FlattenNode, PlanNode } from '@apollo/query-planner';

export interface PlanChange {
  readonly fetch: (node: FetchNode) => PlanNode;
  /** Given what has been changed below; without it, it stays. */
  readonly flatten?: (node: FlattenNode) => PlanNode;
}

export function mapPlan(node: PlanNode, change: PlanChange): PlanNode {
  switch (node.kind) {
    case 'Fetch':
      return change.fetch(node);
    case 'Flatten': {
      const changed = { ...node, node: mapPlan(node.node, change) };
      return change.flatten?.(changed) ?? changed;
    }
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map((child) => mapPlan(child, change)) };
    case 'Condition': {
      const { ifClause, elseClause } = node;
      return {
        ...node,
        ...(ifClause && { ifClause: mapPlan(ifClause, change) }),
        ...(elseClause && { elseClause: mapPlan(elseClause, change) }),
      };
    }
    case 'Defer': {
      const { primary, deferred } = node;
      return { ...node, primary: mapPart(primary, change), deferred: deferred.map((part) => mapPart(part, change)) };
    }
  }
}

function mapPart<Part extends { readonly node?: PlanNode }>(part: Part, change: PlanChange): Part {
  return part.node ? { ...part, node: mapPlan(part.node, change) } : part;
}
