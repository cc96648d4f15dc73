/**
 * Puts the keys by which entities can be asked for before those by which they can't.
 *
 * When a plan comes back to a subgraph for a field that requires others, the planner identifies the entity by the first
 * key that the subgraph has, also when that is not resolvable; the subgraph then knows no such entity.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

export function resolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const sorted = <Node extends { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
    node: Node,
  ): Node | undefined => {
    const directives = node.directives ?? [];
    const unresolvable = directives.filter(isUnresolvableKey);
    if (unresolvable.length === 0) return undefined;
    return { ...node, directives: [...directives.filter((one) => !isUnresolvableKey(one)), ...unresolvable] };
  };
  return visit(supergraph, {
    [Kind.OBJECT_TYPE_DEFINITION]: sorted,
    [Kind.INTERFACE_TYPE_DEFINITION]: sorted,
  });
}

function isUnresolvableKey({ name, arguments: given }: ConstDirectiveNode): boolean {
  return (
    name.value === 'join__type' &&
    (given ?? []).some(
      (argument) =>
        argument.name.value === 'resolvable' && argument.value.kind === Kind.BOOLEAN && !argument.value.value,
    )
  );
}
