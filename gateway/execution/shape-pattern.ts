/**
 * A shape → regular expressions for the JSON of values that are exactly of it.
 *
 * They match only what would be written back as it is: no white space, the keys in their order, values of their types.
 * All else is no mistake, but has to be parsed. The text is bytes as characters (`latin1`), of which it has been looked
 * at before whether they are UTF-8. V8 compiles these expressions to machine code, which goes over a text four times as
 * fast as `JSON.parse`; no value begins as another one does, so that they never go back far.
 */
import {
  type GraphQLLeafType,
  type GraphQLOutputType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isSpecifiedScalarType,
} from 'graphql';
import type { Shape } from './shape.ts';

/** @returns where the value at `at` ends, which isn't null; `NOWHERE`: it isn't what it should be */
export type FindEnd = (text: string, at: number) => number;

export const NOWHERE = -1;

/** @param hasEscapes whether there is a backslash anywhere in the text, which makes it slower */
export function compileShape(shape: Shape): (hasEscapes: boolean) => FindEnd {
  const ends = new Map<boolean, FindEnd>();
  return (hasEscapes) => {
    const known = ends.get(hasEscapes) ?? endOf(shape, hasEscapes ? ESCAPED_TEXT : PLAIN_TEXT);
    ends.set(hasEscapes, known);
    return known;
  };
}

/** The items of a long list are matched one by one, since an expression remembers where it began each of them. */
function endOf(shape: Shape, text: string): FindEnd {
  const { type, fields } = shape;
  const present = isNonNullType(type) ? type.ofType : type;
  if (!isListType(present)) return findBy(presentOf(present, fields, text));
  const item = findBy(patternOf({ type: present.ofType, fields }, text));
  return (answer, start) => {
    if (answer.startsWith('[]', start)) return start + 2;
    if (answer[start] !== '[') return NOWHERE;
    let at = start;
    do {
      at = item(answer, at + 1);
    } while (answer[at] === ',');
    return answer[at] === ']' ? at + 1 : NOWHERE;
  };
}

function findBy(pattern: string): FindEnd {
  const expression = new RegExp(pattern, 'y');
  return (text, at) => {
    expression.lastIndex = at;
    return at !== NOWHERE && expression.test(text) ? expression.lastIndex : NOWHERE;
  };
}

function patternOf({ type, fields }: Pick<Shape, 'type' | 'fields'>, text: string): string {
  if (isNonNullType(type)) return presentOf(type.ofType, fields, text);
  return `(?:null|${presentOf(type, fields, text)})`;
}

function presentOf(type: GraphQLOutputType, fields: Shape['fields'], text: string): string {
  if (isListType(type)) {
    const item = patternOf({ type: type.ofType, fields }, text);
    return `\\[(?:${item}(?:,${item})*)?\\]`;
  }
  if (isLeafType(type)) return leafOf(type, text);
  const members = (fields ?? []).map(
    ({ key, value }) => `"${key}":${typeof value === 'string' ? `"${value}"` : patternOf(value, text)}`,
  );
  return `\\{${members.join()}\\}`;
}

const PLAIN_TEXT = '"[^"\\\\\\x00-\\x1f]*"';
const ESCAPED_TEXT = '"(?:[^"\\\\\\x00-\\x1f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*"';
/** So many digits are an Int, whatever they are; `-0` is none. */
const INT = '(?:0|-?[1-9][0-9]{0,8})';
/** And so many are a number of JavaScript's, without an exponent. */
const FLOAT = '(?:0|-?[1-9][0-9]{0,8}|-?(?:0|[1-9][0-9]{0,8})\\.[0-9]{1,6})';
const BOOLEAN = '(?:true|false)';

function leafOf(type: GraphQLLeafType, text: string): string {
  if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name);
    return `"(?:${names.join('|')})"`;
  }
  // Of any other type its owner alone knows what is a value; lists and objects have to be parsed.
  const primitive = `(?:${text}|${BOOLEAN}|${FLOAT})`;
  if (!isSpecifiedScalarType(type)) return primitive;
  return { String: text, ID: text, Boolean: BOOLEAN, Int: INT, Float: FLOAT }[type.name] ?? primitive;
}
