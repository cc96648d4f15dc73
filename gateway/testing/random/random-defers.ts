/** Defers parts of an operation at random: fragments that are there already, and some of the fields of an object. */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { createChoices } from './choices.ts';

const MOST = 6;

/** @param document of `randomOperation` */
export function randomDefers(document: DocumentNode, numbers: readonly number[]): DocumentNode {
  const { once, below } = createChoices(numbers);
  let count = 0;
  const isMutation = document.definitions.some((node) => 'operation' in node && node.operation === 'mutation');
  const defer = (): ConstDirectiveNode[] => {
    count += 1;
    const label = once(2) ? [argument('label', { kind: Kind.STRING, value: `part ${count}` } as const)] : [];
    const condition = once(5) ? [argument('if', { kind: Kind.BOOLEAN, value: once(2) } as const)] : [];
    return [{ kind: Kind.DIRECTIVE, name: name('defer'), arguments: [...label, ...condition] }];
  };
  const divided = <Node extends FieldNode | OperationDefinitionNode>(node: Node): Node | undefined => {
    const selections = node.selectionSet?.selections ?? [];
    if (selections.length === 0 || count >= MOST || !once(3)) return undefined;
    const from = below(selections.length);
    const later: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: selections.slice(from) };
    const fragment = { kind: Kind.INLINE_FRAGMENT, directives: defer(), selectionSet: later } as const;
    return {
      ...node,
      selectionSet: { kind: Kind.SELECTION_SET, selections: [...selections.slice(0, from), fragment] },
    };
  };
  const isAtRoot = (ancestors: readonly unknown[]): boolean =>
    !ancestors.some((node) => typeof node === 'object' && node !== null && 'kind' in node && node.kind === Kind.FIELD);
  return visit(document, {
    [Kind.OPERATION_DEFINITION]: { leave: (node) => (isMutation ? undefined : divided(node)) },
    [Kind.FIELD]: { leave: divided },
    [Kind.FRAGMENT_SPREAD](node, _key, _parent, _path, ancestors) {
      if (count >= MOST || (isMutation && isAtRoot(ancestors)) || !once(2)) return undefined;
      return { ...node, directives: [...(node.directives ?? []), ...defer()] };
    },
    [Kind.INLINE_FRAGMENT](node, _key, _parent, _path, ancestors) {
      if (count >= MOST || (isMutation && isAtRoot(ancestors)) || !once(3)) return undefined;
      return { ...node, directives: [...(node.directives ?? []), ...defer()] };
    },
  });
}

function argument<Value extends NonNullable<ConstDirectiveNode['arguments']>[number]['value']>(
  key: string,
  value: Value,
) {
  return { kind: Kind.ARGUMENT, name: name(key), value } as const;
}

function name(value: string) {
  return { kind: Kind.NAME, value } as const;
}
