/**
 * Under which keys the fields of an operation stand in the data.
 *
 * The planner asks for keys and required fields under their own names, beside what the client asks for. A client may use
 * such a name for something else (`upc: name`), or ask for such a field with other arguments than a `@requires` does; the
 * planner then keeps one of the two. So these of the client's fields are fetched under a name that is nobody else's, and
 * get their own name back in the answer.
 *
 * An object of which `@skip`, `@include` and `@defer` may leave nothing is asked for its type, too: the planner would leave out the
 * object as well, so that nobody would know whether there is one.
 */
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type ObjectFieldNode,
  parse,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { conditionsOf } from '../authorization/conditions.ts';
import { fragmentsOf } from '../authorization/operation.ts';
import type { LoadedSupergraph } from '../supergraph/load-supergraph.ts';
import type { Path } from './answer-errors.ts';
import { deferLabel } from './deferral/defer-label.ts';
import { fieldOfVariant } from './required-arguments.ts';
import { createUnknownTypeRemoval, type WithoutUnknownTypes } from './unknown-types.ts';

export interface DataKeys {
  /** The operation as it is to be planned. */
  readonly document: DocumentNode;
  /** Where a field of the client's stands. */
  keyOf(field: FieldNode): string;
  /** A path in the data → in the answer. */
  inAnswer(path: Path): Path;
}

export type FindDataKeys = (document: DocumentNode) => DataKeys;

export function createDataKeys({ sdl, fullSchema }: Pick<LoadedSupergraph, 'sdl' | 'fullSchema'>): FindDataKeys {
  const added = namesAddedByPlanner(sdl);
  const withoutUnknownTypes = createUnknownTypeRemoval(fullSchema);
  const known = new WeakMap<DocumentNode, DataKeys>();
  return (document) => {
    const found = known.get(document) ?? dataKeysOf(document, added, withoutUnknownTypes);
    known.set(document, found);
    return found;
  };
}

interface AddedNames {
  readonly all: ReadonlySet<string>;
  readonly withArguments: ReadonlySet<string>;
}

function dataKeysOf(
  document: DocumentNode,
  added: AddedNames,
  withoutUnknownTypes: WithoutUnknownTypes = (planned) => planned,
): DataKeys {
  const suffix = freeSuffix(document);
  const fragments = fragmentsOf(document);
  const keyOf = (field: FieldNode): string => {
    const key = (field.alias ?? field.name).value;
    return isTaken(key, field, added) ? `${key}${suffix}` : key;
  };
  let changed = false;
  const renamed = visit(document, {
    [Kind.FIELD](field) {
      const key = keyOf(field);
      const { selectionSet } = field;
      const isRenamed = key !== (field.alias ?? field.name).value;
      const mayBeEmpty = selectionSet !== undefined && !isNeverEmpty(selectionSet, fragments);
      if (!isRenamed && !mayBeEmpty) return undefined;
      changed = true;
      return {
        ...field,
        ...(isRenamed && { alias: { kind: Kind.NAME, value: key } }),
        ...(mayBeEmpty && { selectionSet: { ...selectionSet, selections: [TYPENAME, ...selectionSet.selections] } }),
      };
    },
  });
  return {
    document: withoutUnknownTypes(changed ? renamed : document, suffix),
    keyOf,
    inAnswer: (path) =>
      path.map((part) => {
        if (typeof part !== 'string') return part;
        return part.endsWith(suffix) ? part.slice(0, -suffix.length) : fieldOfVariant(part);
      }),
  };
}

function isTaken(key: string, { name, arguments: given }: FieldNode, { all, withArguments }: AddedNames): boolean {
  // What every object has by its prototype can't be told from what isn't there.
  if (key in Object.prototype || key !== fieldOfVariant(key)) return true;
  if (key === name.value) return withArguments.has(key) || (all.has(key) && (given?.length ?? 0) > 0);
  return all.has(key) || key === '__typename';
}

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function isNeverEmpty(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  return selections.some((node) => {
    if (conditionsOf(node.directives)?.length !== 0 || deferLabel(node.directives) !== undefined) return false;
    if (node.kind === Kind.FIELD) return true;
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    return fragment !== undefined && isNeverEmpty(fragment.selectionSet, fragments);
  });
}

/** An ending that no name of the document has. */
function freeSuffix(document: DocumentNode): string {
  let suffix = '__asked';
  visit(document, {
    Name({ value }) {
      while (value.endsWith(suffix)) suffix += '_';
    },
  });
  return suffix;
}

/** The names in field sets of `@key`, `@requires` and `@fromContext`, which the directives of the supergraph repeat. */
function namesAddedByPlanner(supergraphSdl: string): AddedNames {
  const all = new Set<string>();
  const withArguments = new Set<string>();
  const addNames = ({ name, value }: ArgumentNode | ObjectFieldNode): void => {
    if (!FIELD_SETS.has(name.value) || value.kind !== Kind.STRING) return;
    for (const [, field, opening] of value.value.matchAll(/([_A-Za-z]\w*)\s*(\(?)/g)) {
      if (field === undefined) continue;
      all.add(field);
      if (opening) withArguments.add(field);
    }
  };
  visit(parse(supergraphSdl, { noLocation: true }), {
    Directive({ arguments: given }) {
      for (const argument of given ?? []) addNames(argument);
    },
    ObjectField: addNames,
  });
  return { all, withArguments };
}

const FIELD_SETS: ReadonlySet<string> = new Set(['key', 'requires', 'selection']);
