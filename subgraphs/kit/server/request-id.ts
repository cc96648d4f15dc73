/** The id that follows a request through all processes. */
import { randomUUID } from 'node:crypto';

const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/;

/** The caller's `x-request-id`, or a new one when it has none or one that could do harm in a log. */
export function requestIdOf(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
