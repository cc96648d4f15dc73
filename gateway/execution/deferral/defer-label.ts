/** `@defer` as it stands in operations once it is decided which parts come later (`resolve-defers.ts`). */
import { BREAK, type ConstDirectiveNode, type DirectiveNode, type DocumentNode, Kind, visit } from 'graphql';

export const DEFER = 'defer';

const SEPARATOR = ':';

/** Which part a fragment is: a label that no other of the operation has; undefined: it doesn't come later. */
export function deferLabel(directives: readonly DirectiveNode[] | undefined): string | undefined {
  const given = directives?.find(({ name }) => name.value === DEFER)?.arguments;
  const label = given?.find(({ name }) => name.value === 'label')?.value;
  return label?.kind === Kind.STRING ? label.value : undefined;
}

/** @param label as the client wrote it */
export function deferDirective(index: number, label: string | undefined): ConstDirectiveNode {
  const value = label === undefined ? `${index}` : `${index}${SEPARATOR}${label}`;
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: DEFER },
    arguments: [
      { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value } },
    ],
  };
}

export function clientLabel(label: string): string | undefined {
  const start = label.indexOf(SEPARATOR);
  return start === -1 ? undefined : label.slice(start + 1);
}

/** Whether something of it comes later. */
export function isDividedDocument(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    Directive({ name }) {
      if (name.value !== DEFER) return undefined;
      isFound = true;
      return BREAK;
    },
  });
  return isFound;
}
