/** How much a document selects, when a fragment counts wherever it is spread. */
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';

/** @param document a valid one: its fragments aren't spread within themselves */
export function countSelections({ definitions }: DocumentNode): number {
  const fragments = new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map(({ name, selectionSet }) => [name.value, selectionSet]),
  );
  const counted = new Map<string, number>();

  const countFragment = (name: string): number => {
    const known = counted.get(name);
    if (known !== undefined) return known;
    const count = countSet(fragments.get(name));
    counted.set(name, count);
    return count;
  };
  const countSet = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce(
      (sum, selection) =>
        sum +
        1 +
        (selection.kind === Kind.FRAGMENT_SPREAD
          ? countFragment(selection.name.value)
          : countSet(selection.selectionSet)),
      0,
    );

  return definitions.reduce(
    (sum, definition) => sum + (definition.kind === Kind.OPERATION_DEFINITION ? countSet(definition.selectionSet) : 0),
    0,
  );
}
