/** Nulls where the schema allows none, or of what isn't of its type: an error for each that nothing else explains. */
import type { GraphQLError } from 'graphql';
import { errorAt, type Path } from './answer-errors.ts';

/**
 * @param violations where they are
 * @param explained all other errors: one above or below a null is the reason of it
 */
export function errorsOfViolations(violations: readonly Path[], explained: readonly GraphQLError[]): GraphQLError[] {
  if (violations.length === 0 || explained.some(({ path }) => !path || path.length === 0)) return [];
  const whole = new Set<string>();
  const begun = new Set<string>();
  for (const { path } of explained) {
    const beginnings = beginningsOf(path ?? []);
    for (const beginning of beginnings) begun.add(beginning);
    whole.add(beginnings.at(-1) ?? '');
  }
  return violations
    .filter((path) => {
      const beginnings = beginningsOf(path);
      return !begun.has(beginnings.at(-1) ?? '') && !beginnings.some((beginning) => whole.has(beginning));
    })
    .map((path) =>
      errorAt(
        'A part of the platform answered something that the schema does not allow.',
        'SUBGRAPH_UNAVAILABLE',
        path,
      ),
    );
}

/** From the first part alone to the whole path. No name begins with a digit, so that a list's positions are no names. */
function beginningsOf(path: Path): readonly string[] {
  let text = '';
  return path.map((part) => {
    text += `/${part}`;
    return text;
  });
}
