/** What a subgraph answered, read or parsed. */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { type Data, isData } from './data.ts';
import { parseJson } from './parse-json.ts';
import type { AnswerReader } from './read-answer.ts';

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

const BACKSLASH = 0x5c;

/**
 * @param reader for an answer as it was asked for; without one, all is parsed
 * @throws {Error} when it is no answer of GraphQL, or has a key that reaches for an object's prototype
 */
export function readSubgraphAnswer(bytes: Buffer, reader: AnswerReader | undefined): SubgraphAnswer {
  const isPlain = !bytes.includes(BACKSLASH);
  // What isn't UTF-8 is mended when it is parsed.
  const data = reader && isUtf8(bytes) ? reader.read(bytes) : undefined;
  return data ? { data, errors: [], isPlain } : { ...parseAnswer(bytes.toString()), isPlain };
}

function parseAnswer(text: string): Omit<SubgraphAnswer, 'isPlain'> {
  const parsed = parseJson(text);
  if (!isData(parsed)) throw new Error('no object');
  const errors = parsed['errors'] === undefined ? [] : (subgraphErrors.parse(parsed['errors']) ?? []);
  const { data } = parsed;
  if (data === undefined && errors.length === 0) throw new Error('neither data nor errors');
  if (data !== undefined && data !== null && !isData(data)) throw new Error('data');
  return { data: data ?? undefined, errors };
}
