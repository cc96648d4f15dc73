/** What pruning and execution both read from a document. */
import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode, visit } from 'graphql';

/**
 * The operation to execute.
 *
 * @throws {TypeError} when the document has none of this name; validation has told the client before.
 */
export function selectOperation(
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const operation = operationName ? operations.find(({ name }) => name?.value === operationName) : operations[0];
  if (!operation) throw new TypeError('the document has no such operation');
  return operation;
}

/** The fragments of a document by their names. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions
      .filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/** The response key under which a pruned operation asks for `__typename`: one that the client doesn't use. */
export function hiddenTypenameAlias(document: DocumentNode): string {
  return unusedName(document, '_typename');
}

/** `name`, or something like it, that stands nowhere in the document. */
export function unusedName(document: DocumentNode, name: string): string {
  const used = new Set<string>();
  visit(document, {
    Name({ value }) {
      used.add(value);
    },
  });
  let unused = name;
  while (used.has(unused)) unused = `_${unused}`;
  return unused;
}
