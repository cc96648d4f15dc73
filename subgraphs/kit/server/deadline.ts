/** How long the answer to a request is of use to the gateway. */
const DEFAULT_MILLISECONDS = 10_000;
const GREATEST_MILLISECONDS = 30_000;

/** Milliseconds left by the caller's `x-deadline-ms`: 1 to 30,000; 10,000 when it says nothing that can be read. */
export function millisecondsLeft(header: string | readonly string[] | undefined): number {
  const given = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : DEFAULT_MILLISECONDS;
  return Math.min(Math.max(given, 1), GREATEST_MILLISECONDS);
}
