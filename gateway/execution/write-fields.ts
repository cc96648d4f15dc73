/** The fields of an object → JSON. What most fields are is written here and now; what needs more, by the field's writer. */
import { type GraphQLOutputType, isNonNullType } from 'graphql';
import type { Data } from './data.ts';
import { quote } from './quote.ts';
import type { WriteValue, Writing } from './write-values.ts';

export interface WrittenField {
  /** What goes before the value, with fields before it that are always the same. */
  readonly before: string;
  /** The same, and a quote. */
  readonly beforeText: string;
  readonly dataKey: string;
  readonly kind: FieldKind;
  readonly write: WriteValue;
}

/** Values that need no more than to be put down: quotes around them, for a text. */
export type FieldKind = 'text' | 'boolean' | 'integer' | 'number' | 'other';

const KINDS: Readonly<Record<string, FieldKind>> = {
  String: 'text',
  ID: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  Float: 'number',
};

export function kindOf(type: GraphQLOutputType): FieldKind {
  const nullable = isNonNullType(type) ? type.ofType : type;
  return ('name' in nullable && KINDS[nullable.name]) || 'other';
}

/** @returns undefined when one of them may not be null, but has to be */
export function writeFields(
  fields: readonly WrittenField[],
  after: string,
  data: Data,
  writing: Writing,
): string | undefined {
  const { isPlain } = writing;
  let text = '';
  for (const field of fields) {
    const { kind } = field;
    const value = data[field.dataKey];
    if (kind === 'text' && typeof value === 'string') {
      text += isPlain ? `${field.beforeText + value}"` : field.before + quote(value);
    } else if (
      (kind === 'boolean' && typeof value === 'boolean') ||
      (kind === 'integer' && typeof value === 'number' && (value | 0) === value) ||
      (kind === 'number' && typeof value === 'number')
    ) {
      text += field.before + value;
    } else {
      const written = field.write(value, writing);
      if (written === undefined) return undefined;
      text += field.before + written;
    }
  }
  return text + after;
}
