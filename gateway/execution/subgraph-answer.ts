/** What a subgraph answered, parsed. */
import secureJson from 'secure-json-parse';
import { z } from 'zod';
import { type Data, isData } from './data.ts';

const subgraphErrors = z
  .array(
    z.object({
      message: z.string(),
      path: z.array(z.union([z.string(), z.number()])).optional(),
      extensions: z.record(z.string(), z.unknown()).optional(),
    }),
  )
  .optional();

export interface SubgraphAnswer {
  readonly data: Data | undefined;
  readonly errors: NonNullable<z.output<typeof subgraphErrors>>;
  /** Whether no text in it needs an escape in JSON, which the whole tells at once. */
  readonly isPlain: boolean;
}

/** @throws {Error} when it is no answer of GraphQL, or has a key that reaches for an object's prototype */
export function parseSubgraphAnswer(text: string): SubgraphAnswer {
  const isPlain = !text.includes('\\');
  const parsed: unknown = parseJson(text, isPlain);
  if (!isData(parsed)) throw new Error('no object');
  const errors = parsed['errors'] === undefined ? [] : (subgraphErrors.parse(parsed['errors']) ?? []);
  const { data } = parsed;
  if (data === undefined && errors.length === 0) throw new Error('neither data nor errors');
  if (data !== undefined && data !== null && !isData(data)) throw new Error('data');
  return { data: data ?? undefined, errors, isPlain };
}

/** A text with none of these has no such key, which is looked for with care otherwise. */
function parseJson(text: string, isPlain: boolean): unknown {
  return text.includes('__proto__') || text.includes('"constructor"') || (!isPlain && text.includes('\\u00'))
    ? secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' })
    : JSON.parse(text);
}
