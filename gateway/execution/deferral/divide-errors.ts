/** With which part of an answer an error is told: the one that has the field in which it is, as soon as that is there. */
import {
  type DocumentNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../../authorization/operation.ts';
import type { Path } from '../answer-errors.ts';
import { deferLabel } from './defer-label.ts';

/** Labels of the parts around, from the outermost; none: the first answer. */
type Within = readonly string[];

export interface ErrorDivision {
  /**
   * @param from the part that is told now; undefined: the first answer
   * @param isNext whether something of that part comes next
   * @returns with which of these an error is told: `from` itself, or the label of what comes next
   */
  partOf(error: GraphQLError, from: string | undefined, isNext: (label: string) => boolean): string | undefined;
}

export function createErrorDivision(document: DocumentNode, operation: OperationDefinitionNode): ErrorDivision {
  const fragments = fragmentsOf(document);
  return {
    partOf({ path = [] }, from, isNext) {
      const begun = partsOn(path).flatMap((within) => {
        const at = from === undefined ? -1 : within.indexOf(from);
        return from !== undefined && at === -1 ? [] : [within.slice(at + 1)];
      });
      if (begun.some((rest) => rest.length === 0)) return from;
      return begun.map(([next]) => next).find((next) => next !== undefined && isNext(next)) ?? from;
    },
  };

  /** Where the operation has a field at this path. */
  function partsOn(path: Path): readonly Within[] {
    let reached: readonly Reached[] = [{ selectionSet: operation.selectionSet, within: [] }];
    for (const key of path) {
      if (typeof key !== 'string' || key === '@') continue;
      reached = reached.flatMap(({ selectionSet, within }) => fieldsOf(selectionSet, key, within));
    }
    return reached.map(({ within }) => within);
  }

  function fieldsOf(selectionSet: SelectionSetNode | undefined, key: string, within: Within): readonly Reached[] {
    return (selectionSet?.selections ?? []).flatMap((node): readonly Reached[] => {
      if (node.kind === Kind.FIELD) {
        return (node.alias ?? node.name).value === key ? [{ selectionSet: node.selectionSet, within }] : [];
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
      const label = deferLabel(node.directives);
      return fieldsOf(fragment?.selectionSet, key, label === undefined ? within : [...within, label]);
    });
  }
}

interface Reached {
  readonly selectionSet: SelectionSetNode | undefined;
  readonly within: Within;
}

/** @param path one where `@` is any position of a list */
export function isBelow(path: Path, place: Path): boolean {
  return place.every((part, index) => path[index] === part || (path[index] === '@' && typeof part === 'number'));
}
