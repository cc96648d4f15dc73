/** What becomes of a field, or an item of its list, in which something went wrong. */
import { locatedError } from 'graphql';
import { pathToArray } from 'graphql/jsutils/Path.js';
import { type Execution, NULL, type Path } from './execution.ts';
import type { SelectedField } from './plan.ts';

/**
 * @returns null's text, with the error among those of the answer
 * @throws {GraphQLError} located, where it can't be null: what is around it can't be, then
 */
export function handleError<Context>(
  error: unknown,
  { isNullable }: { readonly isNullable: boolean },
  { nodes }: SelectedField,
  path: Path,
  { errors }: Execution<Context>,
): string {
  const located = locatedError(error, nodes, pathToArray(path));
  if (!isNullable) throw located;
  errors.add(located, path);
  return NULL;
}
