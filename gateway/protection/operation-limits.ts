/** How large an operation may be. Each limit has a variable, `LIMIT_…`, and the name by which errors speak of it. */
import { z } from 'zod';

const limit = (byDefault: number) => z.coerce.number().int().min(1).default(byDefault);

export const operationLimits = z
  .object({
    LIMIT_TOKENS: limit(8_000),
    LIMIT_DEPTH: limit(16),
    LIMIT_FIELDS: limit(1_500),
    LIMIT_ROOT_FIELDS: limit(50),
    LIMIT_ALIASES: limit(100),
    LIMIT_DIRECTIVES: limit(100),
    LIMIT_LIST_ITEMS: limit(1_000),
    LIMIT_VALUES: limit(10_000),
    LIMIT_TEXT_LENGTH: limit(20_000),
  })
  .transform((variables) => ({
    /** Lexical tokens of the document. */
    tokens: variables.LIMIT_TOKENS,
    /** Fields within fields, and lists or objects within one another in a value. */
    depth: variables.LIMIT_DEPTH,
    /** Selected fields, those of a fragment counted each time that it is spread. */
    fields: variables.LIMIT_FIELDS,
    rootFields: variables.LIMIT_ROOT_FIELDS,
    aliases: variables.LIMIT_ALIASES,
    directives: variables.LIMIT_DIRECTIVES,
    /** Items of one list in the variables. */
    listItems: variables.LIMIT_LIST_ITEMS,
    /** Values in all variables together. */
    values: variables.LIMIT_VALUES,
    /** Characters of one text in the variables or the document. */
    textLength: variables.LIMIT_TEXT_LENGTH,
  }));

export type OperationLimits = z.output<typeof operationLimits>;
