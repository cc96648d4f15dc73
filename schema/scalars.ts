/** How the values of our own scalars are read: the same at the gateway and in each subgraph. */
import { z } from 'zod';

const instant = z.iso.datetime({ offset: true });

/** What to tell whoever gave something else than an instant. */
export const INSTANT_EXPECTED = 'An instant has to be an ISO 8601 string such as `2026-03-01T08:30:00Z`.';

/**
 * `DateTime`: RFC 3339 with `Z` or an offset, given back in UTC with milliseconds; undefined: it is no instant.
 *
 * @example
 * readInstant('2026-03-01T08:30:00+02:00'); // '2026-03-01T06:30:00.000Z'
 */
export function readInstant(value: unknown): string | undefined {
  const parsed = instant.safeParse(value);
  return parsed.success ? isoOf(new Date(parsed.data)) : undefined;
}

function isoOf(date: Date): string | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
