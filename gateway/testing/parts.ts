/** For tests: an answer by `multipart/mixed`, read as it comes. */
import { z } from 'zod';

const path = z.array(z.union([z.string(), z.number()]));
const errors = z
  .array(z.object({ message: z.string(), path: path.optional(), extensions: z.record(z.string(), z.unknown()) }))
  .default([]);
const payload = z.object({
  data: z.unknown().optional(),
  errors,
  hasNext: z.boolean(),
  incremental: z.array(z.object({ path, label: z.string().optional(), data: z.unknown(), errors })).default([]),
});

export type Payload = z.output<typeof payload>;

export const ACCEPT_PARTS = 'multipart/mixed;deferSpec=20220824,application/json';

/** @throws {Error} when it isn't such an answer, or breaks off */
export async function* readParts({ body, headers }: Response): AsyncGenerator<Payload> {
  if (headers.get('content-type') !== 'multipart/mixed; boundary="-"; deferSpec=20220824' || !body) {
    throw new Error(`${headers.get('content-type')}`);
  }
  let text = '';
  for await (const bytes of body.pipeThrough(new TextDecoderStream('utf-8', { fatal: true }))) {
    text += bytes;
    for (let end = text.indexOf(DELIMITER); end !== -1; end = text.indexOf(DELIMITER)) {
      const part = text.slice(0, end);
      text = text.slice(end + DELIMITER.length);
      if (part !== '') yield readPart(part);
      if (text.startsWith('--')) {
        if (text !== '--\r\n') throw new Error(`more comes after the end: ${text}`);
        return;
      }
    }
  }
  throw new Error(`it breaks off: ${text}`);
}

const DELIMITER = '\r\n---';
const HEAD = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';

function readPart(part: string): Payload {
  if (!part.startsWith(HEAD)) throw new Error(`not the headers of a part: ${part}`);
  return payload.parse(JSON.parse(part.slice(HEAD.length)));
}
