/** What the argument of `_entities` has to look like before any of it is looked at closer. */
import { z } from 'zod';
import { badUserInput } from '../errors.ts';

/** Greatest number of representations in one `_entities` field. */
export const GREATEST_REPRESENTATIONS = 1000;

const representations = z.array(z.object({ __typename: z.string() })).max(GREATEST_REPRESENTATIONS);

/** true, or the error to answer with: too many, no object, or of a type that is no entity here. */
export function checkRepresentations(value: unknown, entities: ReadonlySet<string>): true | Error {
  const parsed = representations.safeParse(value);
  if (!parsed.success) {
    return badUserInput('representations', `has to hold at most ${GREATEST_REPRESENTATIONS} entities`);
  }
  const isKnown = parsed.data.every(({ __typename }) => entities.has(__typename));
  return isKnown || badUserInput('representations', 'holds a type that is no entity of this subgraph');
}
