/** The operation of a fetch node, as it is written in the plan. */
import type { FetchNode } from '@apollo/query-planner';
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../authorization/operation.ts';

export interface FetchOperation {
  readonly operation: OperationDefinitionNode;
  /** Without named fragments, since what is changed or looked for depends on the place. */
  readonly selections: readonly SelectionNode[];
}

export function operationOf(fetch: FetchNode): FetchOperation | undefined {
  const document = fetch.operationDocumentNode ?? parse(fetch.operation, { noLocation: true });
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operation && { operation, selections: inlined(operation.selectionSet, fragmentsOf(document)) };
}

function inlined(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly SelectionNode[] {
  return selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = fragments.get(node.name.value);
      if (!fragment) return [];
      const { typeCondition, selectionSet } = fragment;
      const selections = inlined(selectionSet, fragments);
      const directives = node.directives ?? [];
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: { ...selectionSet, selections } }];
    }
    if (!node.selectionSet) return [node];
    const below = { ...node.selectionSet, selections: inlined(node.selectionSet, fragments) };
    return [node.kind === Kind.FIELD ? { ...node, selectionSet: below } : { ...node, selectionSet: below }];
  });
}
