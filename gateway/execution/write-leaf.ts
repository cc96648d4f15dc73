/** Values of scalars and enums → JSON. */
import { type GraphQLLeafType, isEnumType, isSpecifiedScalarType } from 'graphql';
import { quote } from './quote.ts';

/** @returns undefined for what isn't a value of the type */
export type WriteLeaf = (value: unknown) => string | undefined;

/** Writes what is of the type as it is; something else is made of the type as graphql-js would, or refused. */
export function compileLeaf(type: GraphQLLeafType): WriteLeaf {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => (typeof value === 'string' ? texts.get(value) : undefined);
  }
  const fits = isSpecifiedScalarType(type) ? FITS[type.name] : undefined;
  if (!fits) return writeAny;
  return (value) => (fits(value) ? writeAny(value) : writeMade(value));

  function writeMade(value: unknown): string | undefined {
    try {
      return writeAny(type.serialize(value));
    } catch {
      return undefined;
    }
  }
}

const MOST_INT = 2 ** 31;

const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  ID: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => typeof value === 'number' && Number.isInteger(value) && value >= -MOST_INT && value < MOST_INT,
  Float: (value) => typeof value === 'number',
};

function writeAny(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return JSON.stringify(value);
  }
}
