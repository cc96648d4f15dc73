/** The scalars that SDLs of subgraphs declare. */
import { GraphQLScalarType, Kind } from 'graphql';
import { z } from 'zod';
import { errorOf } from './errors.ts';

const instant = z.iso.datetime({ offset: true });

/**
 * An instant: RFC 3339 with `Z` or an offset, given out in UTC with milliseconds. Resolvers get and may give a `Date`;
 * they may also give such a string.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
    return parseInstant(value).toISOString();
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): Date {
  const parsed = instant.safeParse(value);
  const date = new Date(parsed.success ? parsed.data : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw errorOf('BAD_USER_INPUT', 'An instant has to be an ISO 8601 string such as `2026-03-01T08:30:00Z`.');
  }
  return date;
}
