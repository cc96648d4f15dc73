/**
 * Where a node stands in its list, as the text in its cursor. A cursor is no secret and no proof, so that its text is
 * parsed as anything else that comes from outside.
 */
import { badUserInput } from '@commonhold/kit/errors.ts';
import { z } from 'zod';
import type { NewestFirstPosition } from '../records/newest-first.ts';
import type { ResidencePosition } from '../records/residences.ts';
import type { ReviewItemPosition } from '../records/review-items.ts';

const residenceParts = z.tuple([z.string().max(120), z.string().max(120)]);
const itemParts = z.tuple([z.string().max(255), z.string().max(120)]);
const newestFirstParts = z.tuple([z.iso.datetime(), z.string().max(240)]);

export const residencePosition = {
  of: ({ property, number }: ResidencePosition): string => JSON.stringify([property, number]),
  /** @throws {GraphQLError} BAD_USER_INPUT naming `after` */
  parse: (text: string | undefined): ResidencePosition | undefined => {
    if (text === undefined) return undefined;
    const [property, number] = parse(residenceParts, text);
    return { property, number };
  },
};

export const newestFirstPosition = {
  of: ({ since, key }: { readonly since: string; readonly key: string }): string => JSON.stringify([since, key]),
  /** @throws {GraphQLError} BAD_USER_INPUT naming `after` */
  parse: (text: string | undefined): NewestFirstPosition | undefined => {
    if (text === undefined) return undefined;
    const [since, key] = parse(newestFirstParts, text);
    return { since: new Date(since), key };
  },
};

export const reviewItemPosition = {
  of: ({ subject, key }: ReviewItemPosition): string => JSON.stringify([subject, key]),
  /** @throws {GraphQLError} BAD_USER_INPUT naming `after` */
  parse: (text: string | undefined): ReviewItemPosition | undefined => {
    if (text === undefined) return undefined;
    const [subject, key] = parse(itemParts, text);
    return { subject, key };
  },
};

function parse<Parts>(schema: z.ZodType<Parts>, text: string): Parts {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw badUserInput('after', 'is not a cursor of this list');
  }
}
