/** The scalars that SDLs of subgraphs declare. */
import { INSTANT_EXPECTED, readInstant } from '@commonhold/schema/scalars.ts';
import { GraphQLScalarType, Kind } from 'graphql';
import { errorOf } from './errors.ts';

/**
 * An instant: RFC 3339 with `Z` or an offset. Resolvers get it, and clients see it, in UTC with milliseconds; resolvers
 * may give a `Date` or any such string.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: (value) => {
    const isDate = value instanceof Date && !Number.isNaN(value.getTime());
    const text = readInstant(isDate ? value.toISOString() : value);
    if (text === undefined) throw new TypeError('a resolver gave what is no instant');
    return text;
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): string {
  const text = readInstant(value);
  if (text !== undefined) return text;
  throw errorOf('BAD_USER_INPUT', INSTANT_EXPECTED);
}
