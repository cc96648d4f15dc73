/**
 * How large a document is when every fragment is written out, found without writing any out.
 *
 * A fragment is measured once and its size added wherever it is spread, so that a "fragment bomb" (each fragment spreads
 * the next one twice) costs no more than its own text. A cycle counts as nothing here; validation refuses it.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export interface DocumentSize {
  readonly depth: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
}

/** The size of the largest operation in each respect. */
export function measureDocument(document: DocumentNode): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const measure = createMeasure(fragments);
  return document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => {
      const size = measure(operation.selectionSet);
      return { ...size, directives: size.directives + (operation.directives?.length ?? 0) };
    })
    .reduce(greatest, NOTHING);
}

const NOTHING: DocumentSize = { depth: 0, fields: 0, rootFields: 0, aliases: 0, directives: 0 };

function createMeasure(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const measured = new Map<string, DocumentSize>();

  const ofSelections = ({ selections }: SelectionSetNode): DocumentSize =>
    selections.map(ofSelection).reduce(sum, NOTHING);

  const ofSelection = (selection: SelectionNode): DocumentSize => {
    const directives = selection.directives?.length ?? 0;
    if (selection.kind === Kind.FIELD) return ofField(selection, directives);
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT ? ofSelections(selection.selectionSet) : ofFragment(selection.name.value);
    return { ...inner, directives: inner.directives + directives };
  };

  const ofField = ({ alias, selectionSet }: FieldNode, directives: number): DocumentSize => {
    const inner = selectionSet ? ofSelections(selectionSet) : NOTHING;
    return {
      depth: inner.depth + 1,
      fields: inner.fields + 1,
      rootFields: 1,
      aliases: inner.aliases + (alias ? 1 : 0),
      directives: inner.directives + directives,
    };
  };

  const ofFragment = (name: string): DocumentSize => {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    if (!fragment) return NOTHING;
    measured.set(name, NOTHING);
    const size = ofSelections(fragment.selectionSet);
    measured.set(name, size);
    return size;
  };

  return ofSelections;
}

function sum(one: DocumentSize, other: DocumentSize): DocumentSize {
  return {
    depth: Math.max(one.depth, other.depth),
    fields: one.fields + other.fields,
    rootFields: one.rootFields + other.rootFields,
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
  };
}

function greatest(one: DocumentSize, other: DocumentSize): DocumentSize {
  return {
    depth: Math.max(one.depth, other.depth),
    fields: Math.max(one.fields, other.fields),
    rootFields: Math.max(one.rootFields, other.rootFields),
    aliases: Math.max(one.aliases, other.aliases),
    directives: Math.max(one.directives, other.directives),
  };
}
