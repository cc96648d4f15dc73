/** What a subgraph answered, parsed. */
import secureJson from 'secure-json-parse';
import { z } from 'zod';

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .optional(),
});

export type SubgraphAnswer = z.output<typeof answer>;

/** @throws {Error} when it is no answer of GraphQL, or has a key that reaches for an object's prototype */
export function parseSubgraphAnswer(text: string): SubgraphAnswer {
  const parsed = answer.parse(secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' }));
  if (parsed.data === undefined && !parsed.errors?.length) throw new Error('neither data nor errors');
  return parsed;
}
