/**
 * A subgraph's answer → data, without looking into what only the client wants to know.
 *
 * What later fetches of the plan don't look into is gone over once and stays as it is; the rest is read. An answer that
 * isn't written exactly as it was asked for (errors, null instead of an object, white space) is left to be parsed as a whole.
 */
import type { FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { type Data, isData } from './data.ts';
import type { KeyPath, Needs } from './needs.ts';
import { parseJson } from './parse-json.ts';
import { conditionVariables, createFieldSelection, type Parents, type SelectFields } from './selected-fields.ts';
import { shapeOf } from './shape.ts';
import { compileShape, NOWHERE } from './shape-pattern.ts';
import { Verbatim } from './verbatim.ts';

export interface AnswerReader {
  /** Names of the shapes of what is left as it is. */
  readonly shapes: ReadonlySet<string>;
  /** @returns undefined when it has to be parsed */
  read(answer: Buffer): Data | undefined;
}

/** An expression for more takes long to be made. */
const MOST_FIELDS_OF_A_SHAPE = 100;
/** So many are parsed, since an operation that hardly comes again isn't worth an expression. */
export const PARSED_AT_FIRST = 3;

interface Cursor {
  readonly bytes: Buffer;
  /** A character for each byte. */
  readonly text: string;
  readonly hasEscapes: boolean;
  /** Where reading has come to; `NOWHERE`: nothing can be read any more. */
  at: number;
}

type Read = (cursor: Cursor) => unknown;

/**
 * @param path where the fetch's entities are; empty for one of the root
 * @param schema what clients see: what they don't may differ from what they get
 * @param parsedAtFirst so many answers
 * @returns undefined when nothing of its answers can stay as it is
 */
export function compileReader(
  fetch: FetchNode,
  path: KeyPath,
  needs: Needs,
  schema: GraphQLSchema,
  parsedAtFirst: number,
): AnswerReader | undefined {
  const document = fetch.operationDocumentNode ?? parse(fetch.operation, { noLocation: true });
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const isPlain = (fetch.outputRewrites ?? []).length === 0 && conditionVariables(document).length === 0;
  if (!operation || !isPlain) return undefined;
  const shapes = new Set<string>();
  const select = createFieldSelection(document, schema, () => true);
  const reading: Reading = { needs, shapes, select };
  const readData = fetch.requires
    ? readEntities(operation, document, path, schema, reading)
    : readRoot(operation, schema, reading);
  return readData && shapes.size > 0 ? { shapes, read: readWhole(readData, parsedAtFirst) } : undefined;
}

interface Reading {
  readonly needs: Needs;
  readonly shapes: Set<string>;
  readonly select: SelectFields;
}

function readWhole(readData: Read, parsedAtFirst: number): AnswerReader['read'] {
  let parsed = 0;
  return (bytes) => {
    if (parsed < parsedAtFirst) {
      parsed += 1;
      return undefined;
    }
    const text = bytes.toString('latin1');
    const cursor: Cursor = { bytes, text, hasEscapes: text.includes('\\'), at: 0 };
    if (!pass(cursor, '{"data":')) return undefined;
    const data = readData(cursor);
    const isWhole = pass(cursor, '}') && text.slice(cursor.at).trim() === '';
    return isWhole && isData(data) ? data : undefined;
  };
}

/** @returns whether `expected` stood there */
function pass(cursor: Cursor, expected: string): boolean {
  const { text, at } = cursor;
  cursor.at = at !== NOWHERE && text.startsWith(expected, at) ? at + expected.length : NOWHERE;
  return cursor.at !== NOWHERE;
}

function readRoot(operation: OperationDefinitionNode, schema: GraphQLSchema, reading: Reading): Read | undefined {
  const type = schema.getRootType(operation.operation);
  return type ? readObject(type, [operation], [], reading) : undefined;
}

/** Entities of one type alone, which the operation names. */
function readEntities(
  { selectionSet }: OperationDefinitionNode,
  document: DocumentNode,
  path: KeyPath,
  schema: GraphQLSchema,
  reading: Reading,
): Read | undefined {
  const [entities, ...others] = selectionSet.selections;
  if (entities?.kind !== Kind.FIELD || others.length > 0) return undefined;
  const names = new Set(
    (entities.selectionSet?.selections ?? []).map((node) => {
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragmentOf(document, node.name.value) : node;
      return fragment && 'typeCondition' in fragment ? fragment.typeCondition?.name.value : undefined;
    }),
  );
  const [name, ...otherNames] = names;
  const type = name === undefined ? undefined : schema.getType(name);
  if (otherNames.length > 0 || !isObjectType(type)) return undefined;
  const readList = listOf(nullable(readObject(type, [entities], path, reading)));
  return (cursor) => {
    if (!pass(cursor, '{"_entities":')) return undefined;
    const _entities = readList(cursor);
    return pass(cursor, '}') ? { _entities } : undefined;
  };
}

function fragmentOf({ definitions }: DocumentNode, name: string) {
  return definitions.find((node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name);
}

function readObject(type: GraphQLObjectType, parents: Parents, path: KeyPath, reading: Reading): Read {
  const members = [...reading.select(type, parents)].map(([key, nodes], index) => ({
    key,
    before: `${index === 0 ? '{' : ','}"${key}":`,
    read: readField(type, key, nodes, path, reading),
  }));
  return (cursor) => {
    const data: Data = {};
    for (const { key, before, read } of members) {
      if (!pass(cursor, before)) return undefined;
      data[key] = read(cursor);
    }
    return pass(cursor, '}') ? data : undefined;
  };
}

function readField(
  parent: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
  parentPath: KeyPath,
  reading: Reading,
): Read {
  const name = nodes[0]?.name.value ?? key;
  const type = parent.getFields()[name]?.type;
  if (!type) return readAny;
  const path = [...parentPath, key];
  if (reading.needs.isPassed(path)) return readValue(type, nodes, path, reading);
  const isWanted = isLeafType(getNamedType(type)) || reading.needs.isRequired(parentPath, key);
  return isWanted ? readAny : (readVerbatim(type, nodes, reading) ?? readAny);
}

function readValue(type: GraphQLOutputType, nodes: readonly FieldNode[], path: KeyPath, reading: Reading): Read {
  if (isNonNullType(type)) return readValue(type.ofType, nodes, path, reading);
  if (isListType(type)) return nullable(listOf(readValue(type.ofType, nodes, path, reading)));
  return isObjectType(type) ? nullable(readObject(type, nodes, path, reading)) : readAny;
}

/** Whether a null may be there is looked at when the answer is written. */
function nullable(read: Read): Read {
  return (cursor) => {
    if (!cursor.text.startsWith('null', cursor.at)) return read(cursor);
    cursor.at += 4;
    return null;
  };
}

function listOf(item: Read): Read {
  return (cursor) => {
    const { text } = cursor;
    const list: unknown[] = [];
    if (!pass(cursor, '[')) return undefined;
    while (text[cursor.at] !== ']') {
      if (list.length > 0 && !pass(cursor, ',')) return undefined;
      list.push(item(cursor));
      if (cursor.at === NOWHERE) return undefined;
    }
    cursor.at += 1;
    return list;
  };
}

function readVerbatim(type: GraphQLOutputType, nodes: readonly FieldNode[], reading: Reading): Read | undefined {
  const shape = shapeOf(type, nodes, reading.select);
  if (!shape || shape.size > MOST_FIELDS_OF_A_SHAPE) return undefined;
  const { name } = shape;
  reading.shapes.add(name);
  const compiled = compileShape(shape);
  return nullable((cursor) => {
    const { bytes, text, hasEscapes, at } = cursor;
    cursor.at = compiled(hasEscapes)(text, at);
    return cursor.at === NOWHERE ? undefined : new Verbatim(name, bytes.subarray(at, cursor.at));
  });
}

/** Any JSON without white space. */
const readAny: Read = (cursor) => {
  const { bytes, text, at } = cursor;
  cursor.at = endOfValue(text, at);
  if (cursor.at === NOWHERE) return undefined;
  try {
    return parseJson(bytes.toString('utf8', at, cursor.at));
  } catch {
    cursor.at = NOWHERE;
    return undefined;
  }
};

const TOKEN = /"(?:[^"\\]|\\.)*"|[[{\]},]|[^"[{\]},]+/y;

/** Whether it is JSON shows when it is parsed. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    TOKEN.lastIndex = at;
    if (!TOKEN.test(text)) return NOWHERE;
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    at = TOKEN.lastIndex;
  } while (depth > 0);
  return depth === 0 ? at : NOWHERE;
}
