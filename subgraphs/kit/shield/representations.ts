/** What the argument of `_entities` has to look like before any of it is looked at closer. */
import { badUserInput } from '../errors.ts';

/** Greatest number of representations in one `_entities` field. */
export const GREATEST_REPRESENTATIONS = 1000;

/** true, or the error to answer with: too many, no object, or of a type that is no entity here. */
export function checkRepresentations(value: unknown, entities: ReadonlySet<string>): true | Error {
  if (!Array.isArray(value) || value.length > GREATEST_REPRESENTATIONS || !value.every(isEntity)) {
    return badUserInput('representations', `has to hold at most ${GREATEST_REPRESENTATIONS} entities`);
  }
  const isKnown = value.every(({ __typename }) => entities.has(__typename));
  return isKnown || badUserInput('representations', 'holds a type that is no entity of this subgraph');
}

function isEntity(value: unknown): value is { readonly __typename: string } {
  return typeof value === 'object' && value !== null && '__typename' in value && typeof value.__typename === 'string';
}
