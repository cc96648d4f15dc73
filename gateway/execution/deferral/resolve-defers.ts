/**
 * Which fragments of an operation come later: decided once for each choice of `@defer(if:)`, before anything else looks
 * at it.
 *
 * 1. Where nothing comes later, the operation is as if `@defer` weren't written. A client that doesn't accept parts is
 *    answered at once, and so is each fragment whose `if` is false.
 * 2. Otherwise each fragment that comes later stands where it is spread, under a label of its own.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { type BooleanVariables, booleanVariables } from '../../authorization/conditions.ts';
import { fragmentsOf, selectOperation } from '../../authorization/operation.ts';
import { tooComplex } from '../../protection/limit-operation.ts';
import { remembering } from '../../remembering.ts';
import { DEFER, deferDirective } from './defer-label.ts';

/** Each is a fetch or more, and planned for. */
export const MOST_DEFERRED = 20;
/** Choices of `@defer(if:)` that are remembered for one document. */
const MOST_CHOICES = 32;

export interface DeferringOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether the client takes what comes later. */
  readonly acceptsParts: boolean;
}

const defersOf = remembering((document: DocumentNode) => {
  const directives: DirectiveNode[] = [];
  visit(document, {
    Directive(node) {
      if (node.name.value === DEFER) directives.push(node);
    },
  });
  return { directives, byChoice: new Map<string, DocumentNode>() };
});

/** Whether it has to be resolved. */
export function hasDefer(document: DocumentNode): boolean {
  return defersOf(document).directives.length > 0;
}

/** @throws {GraphQLError} `OPERATION_TOO_COMPLEX` */
export function resolveDefers({ document, operationName, variables, acceptsParts }: DeferringOperation): DocumentNode {
  const { directives, byChoice } = defersOf(document);
  const operation = selectOperation(document, operationName);
  const booleans = booleanVariables(operation, variables);
  const isLater = (directive: DirectiveNode): boolean => acceptsParts && holds(directive, booleans);
  const choice = JSON.stringify([operationName, ...directives.map(isLater)]);
  const known = byChoice.get(choice);
  if (known) return known;
  if (byChoice.size >= MOST_CHOICES) byChoice.clear();
  const resolved = resolve(document, operation, isLater);
  byChoice.set(choice, resolved);
  return resolved;
}

function holds({ arguments: given }: DirectiveNode, booleans: BooleanVariables): boolean {
  const condition = given?.find(({ name }) => name.value === 'if')?.value;
  if (condition?.kind === Kind.VARIABLE) return booleans(condition.name.value);
  return condition?.kind !== Kind.BOOLEAN || condition.value;
}

function resolve(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  isLater: (directive: DirectiveNode) => boolean,
): DocumentNode {
  const fragments = fragmentsOf(document);
  const isSplit = remembering(({ selectionSet }: FragmentDefinitionNode): boolean =>
    selectionSet.selections.some(splits),
  );
  let count = 0;
  const resolved = { ...operation, selectionSet: resolveSelections(operation.selectionSet) };
  const whole = [...fragments.values()].filter((fragment) => !isSplit(fragment));
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      resolved,
      ...whole.map((fragment) => ({
        ...fragment,
        selectionSet: resolveSelections(fragment.selectionSet, fragment.typeCondition.name.value),
      })),
    ],
  };

  /** Whether something of it comes later. */
  function splits(node: SelectionNode): boolean {
    if (node.directives?.some((directive) => directive.name.value === DEFER && isLater(directive))) return true;
    if (node.kind !== Kind.FRAGMENT_SPREAD) return node.selectionSet?.selections.some(splits) === true;
    const fragment = fragments.get(node.name.value);
    return fragment !== undefined && isSplit(fragment);
  }

  /** @param on the type of the fragment that it stands in; undefined: it stands in none */
  function resolveSelections({ selections }: SelectionSetNode, on?: string): SelectionSetNode {
    return { kind: Kind.SELECTION_SET, selections: selections.map((node) => resolveSelection(node, on)) };
  }

  function resolveSelection(node: SelectionNode, on: string | undefined): SelectionNode {
    if (node.kind === Kind.FIELD) {
      return node.selectionSet ? { ...node, selectionSet: resolveSelections(node.selectionSet) } : node;
    }
    const directives = (node.directives ?? []).flatMap((directive) => {
      if (directive.name.value !== DEFER) return [directive];
      return isLater(directive) ? [labelled(directive)] : [];
    });
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    if (!fragment || (node.kind === Kind.FRAGMENT_SPREAD && !splits(node))) return { ...node, directives };
    const { typeCondition, selectionSet } = fragment;
    const type = typeCondition?.name.value ?? on;
    return {
      kind: Kind.INLINE_FRAGMENT,
      // The planner may never end where it says a type twice.
      ...(typeCondition && type !== on && { typeCondition }),
      directives,
      selectionSet: resolveSelections(selectionSet, type),
    };
  }

  function labelled({ arguments: given }: DirectiveNode): DirectiveNode {
    count += 1;
    if (count > MOST_DEFERRED) throw tooComplex('deferred', MOST_DEFERRED);
    const label = given?.find(({ name }) => name.value === 'label')?.value;
    return deferDirective(count, label?.kind === Kind.STRING ? label.value : undefined);
  }
}
