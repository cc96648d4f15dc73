/**
 * Data → the JSON of an answer, by writers that are made once for an operation.
 *
 * Each object is written in the order in which the client asked. What isn't in the data is null, and so is what isn't of
 * the type that the client's schema says; a null where none may be goes up to the nearest position that may be null
 * (specification, 6.4.4). Each null of the latter two kinds is noted with its path, unless pruning is why.
 */
import {
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
} from 'graphql';
import type { Path } from './answer-errors.ts';
import { isData, isList } from './data.ts';
import { mark } from './marks.ts';
import { quote } from './quote.ts';
import type { DeferredFragments, Parents, SelectedFields, SelectFields } from './selected-fields.ts';
import { shapeOf } from './shape.ts';
import { Verbatim } from './verbatim.ts';
import { kindOf, type WrittenField, writeFields } from './write-fields.ts';
import { compileLeaf } from './write-leaf.ts';

/** One answer being written. */
export interface Writing {
  /** Which items of the lists around are being written, from the outermost. */
  readonly indices: number[];
  readonly violations: Path[];
  /** What is written as it came. */
  readonly verbatims: Verbatim[];
  /** What comes later of the objects that were written. */
  readonly later: LaterPart[];
  /** Whether no text in the data needs an escape in JSON. */
  readonly isPlain: boolean;
  /** What introspection answers from. */
  readonly visibleSchema: GraphQLSchema;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A fragment of an object that comes later. */
export interface LaterPart {
  readonly label: string;
  /** Where the object is. */
  readonly path: Path;
  readonly indices: readonly number[];
  readonly object: unknown;
  readonly write: WriteValue;
}

/** @returns undefined when there may be no null here, but has to be */
export type WriteValue = (value: unknown, writing: Writing) => string | undefined;

export interface Selections {
  readonly schema: GraphQLSchema;
  readonly asked: SelectFields;
  /** What was left by pruning. */
  readonly kept: SelectFields;
  readonly dataKeyOf: (field: FieldNode) => string;
  /** Whether something of the operation comes later. */
  readonly isDivided: boolean;
  /** The shapes of what can be written as it came are added, by their names. */
  readonly shapes: Set<string>;
  /** Writes what isn't in the data, at the root; undefined: there is no such field. */
  readonly compileOwn: (key: string, nodes: readonly FieldNode[]) => WriteValue | undefined;
}

/** A place of the operation. */
interface Position {
  readonly asked: Parents;
  readonly kept: Parents;
  /** Response keys, and undefined for any item of a list. */
  readonly path: readonly (string | undefined)[];
}

const NULL = 'null';
const MOST_VIOLATIONS = 1_000;

/** For the object at the root of an operation. */
export function compileRoot(
  type: GraphQLObjectType,
  parents: Pick<Position, 'asked' | 'kept'>,
  selections: Selections,
): WriteValue {
  const { schema, dataKeyOf } = selections;
  return compileObject(type, { ...parents, path: [] });

  function compileValue(type: GraphQLOutputType, position: Position): WriteValue {
    if (!isNonNullType(type)) return compileNullable(type, position);
    const write = compileNullable(type.ofType, position);
    return (value, writing) => {
      if (value === null || value === undefined) return violated(writing, position, undefined);
      const text = write(value, writing);
      return text === NULL ? undefined : text;
    };
  }

  function compileNullable(type: GraphQLOutputType, position: Position): WriteValue {
    const write = compileUndivided(type, position);
    return selections.isDivided && !isLeafType(type) ? forgetBelowNull(write) : write;
  }

  function compileUndivided(type: GraphQLOutputType, position: Position): WriteValue {
    if (isListType(type)) return compileList(type.ofType, position);
    if (isLeafType(type)) {
      const write = compileLeaf(type);
      return (value, writing) =>
        value === null || value === undefined ? NULL : (write(value) ?? violated(writing, position, NULL));
    }
    if (isAbstractType(type)) return compileAbstract(type, position);
    return isObjectType(type) ? compilePresent(compileObject(type, position), position) : compileValue(type, position);
  }

  function compileList(itemType: GraphQLOutputType, position: Position): WriteValue {
    const depth = position.path.filter((part) => part === undefined).length;
    const writeItem = compileValue(itemType, { ...position, path: [...position.path, undefined] });
    return (value, writing) => {
      if (value === null || value === undefined) return NULL;
      if (!isList(value)) return violated(writing, position, NULL);
      let text = '[';
      let isNull = false;
      for (let index = 0; index < value.length; index += 1) {
        writing.indices[depth] = index;
        const item = writeItem(value[index], writing);
        if (item === undefined) isNull = true;
        else text += index === 0 ? item : `,${item}`;
      }
      return isNull ? NULL : `${text}]`;
    };
  }

  function compilePresent(write: WriteValue, position: Position): WriteValue {
    return (value, writing) => {
      if (value === null || value === undefined) return NULL;
      return isData(value) ? (write(value, writing) ?? NULL) : violated(writing, position, NULL);
    };
  }

  /** An object may come without its type where the client doesn't need it. */
  function compileAbstract(type: GraphQLAbstractType, position: Position): WriteValue {
    const [typenameKey, ...others] = typenameKeysIn(position.kept);
    const byName = new Map<unknown, WriteValue>();
    return compilePresent((value, writing) => {
      if (!isData(value)) return undefined;
      const name = value[typenameKey] ?? others.map((key) => value[key]).find((found) => found !== undefined);
      const known = byName.get(name);
      if (known) return known(value, writing);
      const runtimeType = typeNamed(name);
      if (!runtimeType) return violated(writing, position, undefined);
      const write = compileObject(runtimeType, position);
      byName.set(name, write);
      return write(value, writing);
    }, position);

    function typeNamed(name: unknown): GraphQLObjectType | GraphQLInterfaceType | undefined {
      if (name === undefined) return isUnionType(type) ? undefined : type;
      const told = typeof name === 'string' ? schema.getType(name) : undefined;
      if (told === type && !isUnionType(type)) return type;
      return (isObjectType(told) || isInterfaceType(told)) && schema.isSubType(type, told) ? told : undefined;
    }
  }

  function typenameKeysIn(parents: Parents): readonly [string, ...string[]] {
    const fields = parents.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
    const own = fields.flatMap((node) =>
      node.kind === Kind.FIELD && node.name.value === '__typename' ? [dataKeyOf(node)] : [],
    );
    return ['__typename', ...new Set(own)];
  }

  function compileObject(type: GraphQLCompositeType, position: Position): WriteValue {
    if (!selections.isDivided) return compileFields(type, position);
    const asked: DeferredFragments = new Map();
    const kept: DeferredFragments = new Map();
    selections.asked(type, position.asked, asked);
    selections.kept(type, position.kept, kept);
    const write = compileFields(type, position);
    const parts = [...asked].map(([label, fragments]) => ({
      label,
      write: compileObject(type, { ...position, asked: fragments, kept: kept.get(label) ?? [] }),
    }));
    return (object, writing) => {
      const text = write(object, writing);
      if (text === undefined) return undefined;
      const { indices, later } = writing;
      for (const part of parts) later.push({ ...part, object, indices: [...indices], path: pathOf(position, indices) });
      return text;
    };
  }

  function compileFields(type: GraphQLCompositeType, position: Position): WriteValue {
    const keptFields = selections.kept(type, position.kept);
    const fields: WrittenField[] = [];
    let before = '{';
    let separator = '';
    for (const [key, nodes] of selections.asked(type, position.asked)) {
      const [node] = nodes;
      if (!node) continue;
      const kept = keptFields.get(key);
      const below: Position = { asked: nodes, kept: kept ?? [], path: [...position.path, key] };
      before += `${separator}${quote(key)}:`;
      separator = ',';
      const constant = constantOf(type, node, kept !== undefined, below);
      if (typeof constant === 'function') return constant;
      if (constant === undefined) {
        fields.push({
          before,
          beforeText: `${before}"`,
          dataKey: dataKeyOf(node),
          ...compileField(type, key, nodes, below),
        });
        before = '';
      } else {
        before += constant;
      }
    }
    const after = `${before}}`;
    return (value, writing) => (isData(value) ? writeFields(fields, after, value, writing) : undefined);
  }

  /** What a field always is, in objects of this type; a function: that there can't be an object. */
  function constantOf(
    type: GraphQLCompositeType,
    node: FieldNode,
    isKept: boolean,
    position: Position,
  ): string | WriteValue | undefined {
    const field = fieldTypeOf(type, node.name.value);
    if (!isKept) return field && !isNonNullType(field) ? NULL : () => undefined;
    if (node.name.value !== '__typename') return undefined;
    return isObjectType(type) ? quote(type.name) : (_, writing) => violated(writing, position, undefined);
  }

  function compileField(
    type: GraphQLCompositeType,
    key: string,
    nodes: readonly FieldNode[],
    position: Position,
  ): Pick<WrittenField, 'kind' | 'write'> {
    const name = nodes[0]?.name.value ?? key;
    const isRoot = position.path.length === 1;
    const own = isRoot ? selections.compileOwn(key, nodes) : undefined;
    if (own) {
      return {
        kind: 'other',
        write: (value, writing) => own(value, writing) ?? violated(writing, position, undefined),
      };
    }
    const fieldType = fieldTypeOf(type, name);
    if (!fieldType) return { kind: 'other', write: () => NULL };
    const write = takeVerbatim(compileValue(fieldType, position), shapeAt(fieldType, position));
    return { kind: kindOf(fieldType), write: isRoot ? refuseUnfetched(write, fieldType, position) : write };
  }

  /** What comes has to be written as it came when it is of this shape; undefined: never. */
  function shapeAt(type: GraphQLOutputType, { asked, kept }: Position): string | undefined {
    if (selections.isDivided || isLeafType(getNamedType(type))) return undefined;
    const shape = shapeOf(type, asked, selections.asked);
    const fetched = shapeOf(type, kept, selectFetched);
    if (shape === undefined || shape.name !== fetched?.name) return undefined;
    selections.shapes.add(shape.name);
    return shape.name;
  }

  /** What was left by pruning, unless it stands under other keys in the data. */
  function selectFetched(type: GraphQLObjectType, parents: Parents): SelectedFields | undefined {
    const fields = selections.kept(type, parents);
    return [...fields].every(([key, [node]]) => node && dataKeyOf(node) === key) ? fields : undefined;
  }

  /** A field of the root that isn't there was asked of nobody: no subgraph has what is wanted below it. */
  function refuseUnfetched(write: WriteValue, type: GraphQLOutputType, position: Position): WriteValue {
    const instead = isNonNullType(type) ? undefined : NULL;
    return (value, writing) => (value === undefined ? violated(writing, position, instead) : write(value, writing));
  }
}

function takeVerbatim(write: WriteValue, shape: string | undefined): WriteValue {
  return (value, writing) => {
    if (!(value instanceof Verbatim)) return write(value, writing);
    if (value.shape !== shape) return write(value.parse(), writing);
    return mark(writing.verbatims.push(value) - 1);
  };
}

/** Of what became null nothing comes later. */
function forgetBelowNull(write: WriteValue): WriteValue {
  return (value, writing) => {
    const { later } = writing;
    const before = later.length;
    const text = write(value, writing);
    if (text === undefined || text === NULL) later.length = before;
    return text;
  };
}

function violated<Instead>({ violations, indices }: Writing, position: Position, instead: Instead): Instead {
  if (violations.length < MOST_VIOLATIONS) violations.push(pathOf(position, indices));
  return instead;
}

function pathOf({ path }: Position, indices: readonly number[]): Path {
  let list = 0;
  return path.map((part) => part ?? indices[list++] ?? 0);
}

function fieldTypeOf(type: GraphQLCompositeType, name: string): GraphQLOutputType | undefined {
  return isUnionType(type) ? undefined : type.getFields()[name]?.type;
}
