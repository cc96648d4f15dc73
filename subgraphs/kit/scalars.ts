/** The scalars that SDLs of subgraphs declare. */
import { GraphQLScalarType, Kind } from 'graphql';
import { z } from 'zod';
import { errorOf } from './errors.ts';

const instant = z.iso.datetime({ offset: true });

/**
 * An instant: RFC 3339 with `Z` or an offset. Resolvers get it, and clients see it, in UTC with milliseconds; resolvers
 * may give a `Date` or any such string.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  serialize: (value) => {
    const text = canonical(value instanceof Date ? isoOf(value) : value);
    if (text === undefined) throw new TypeError('a resolver gave what is no instant');
    return text;
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

function parseInstant(value: unknown): string {
  const text = canonical(value);
  if (text !== undefined) return text;
  throw errorOf('BAD_USER_INPUT', 'An instant has to be an ISO 8601 string such as `2026-03-01T08:30:00Z`.');
}

function canonical(value: unknown): string | undefined {
  const parsed = instant.safeParse(value);
  return parsed.success ? isoOf(new Date(parsed.data)) : undefined;
}

function isoOf(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
