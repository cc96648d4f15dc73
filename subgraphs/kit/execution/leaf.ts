/** Values of scalars and enums → JSON text. */
import {
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  type GraphQLOutputType,
  GraphQLString,
  isEnumType,
  isLeafType,
  isNonNullType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { NULL } from './execution.ts';

/** The text of a value that needs nothing done to it; undefined: it needs `writeLeaf`. Never throws. */
export type WriteQuickly = (value: unknown) => string | undefined;

/** @throws {Error} when the type has no such value, as graphql-js does */
export function writeLeaf(type: GraphQLLeafType, value: unknown): string {
  const serialized: unknown = type.serialize(value);
  if (serialized == null) {
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to return non-nullable value, returned: ${inspect(serialized)}`,
    );
  }
  return JSON.stringify(serialized);
}

/** @param type of a leaf, or of one that can't be null */
export function quickly(type: GraphQLOutputType): WriteQuickly {
  if (isNonNullType(type)) return isLeafType(type.ofType) ? ofLeaf(type.ofType) : NEVER;
  if (!isLeafType(type)) return NEVER;
  const write = ofLeaf(type);
  return (value) => (value === null || value === undefined ? NULL : write(value));
}

const NEVER: WriteQuickly = () => undefined;

function ofLeaf(type: GraphQLLeafType): WriteQuickly {
  switch (type) {
    case GraphQLString:
    case GraphQLID:
      return (value) => (typeof value === 'string' ? quote(value) : undefined);
    case GraphQLInt:
      return (value) => (typeof value === 'number' && (value | 0) === value ? `${value}` : undefined);
    case GraphQLFloat:
      return (value) => (typeof value === 'number' && Number.isFinite(value) ? `${value}` : undefined);
    case GraphQLBoolean:
      return (value) => (value === true ? 'true' : value === false ? 'false' : undefined);
    default:
      return isEnumType(type) ? enumTexts(type) : NEVER;
  }
}

function enumTexts(type: GraphQLEnumType): WriteQuickly {
  const texts = new Map<unknown, string>(type.getValues().map(({ name, value }) => [value, `"${name}"`]));
  return (value) => texts.get(value);
}

const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/** Whether nothing in a text has to be escaped, and no half of a pair of surrogates stands alone. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

function quote(text: string): string {
  return isPlain(text) ? `"${text}"` : JSON.stringify(text);
}
