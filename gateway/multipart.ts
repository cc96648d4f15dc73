/**
 * An answer in parts: `multipart/mixed` as Apollo's clients read it, with the payloads of the draft of August 2022. The
 * first part is the answer as far as nothing of it comes later; each that follows tells of places in it.
 */
import { Readable } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import { finalError } from './errors.ts';
import type { Later, ToldPart, ToldParts } from './execution/deferral/later-parts.ts';

export const MULTIPART_RESPONSE = 'multipart/mixed; boundary="-"; deferSpec=20220824';

/**
 * @param first JSON that says that more comes
 * @param onError told of each error that is told
 */
export function multipartAnswer(
  first: string,
  { told }: Later,
  onError: (error: GraphQLFormattedError) => void,
): Readable {
  return Readable.from(payloads(), { objectMode: false });

  async function* payloads(): AsyncGenerator<string> {
    yield `\r\n---\r\n${HEAD}${first}\r\n---\r\n`;
    for await (const { parts, isLast } of told as AsyncIterable<ToldParts>) {
      const incremental = parts.map((part) => writePart(part, onError)).join(',');
      const end = isLast ? '--' : '';
      yield `${HEAD}{"incremental":[${incremental}],"hasNext":${!isLast}}\r\n---${end}\r\n`;
    }
  }
}

const HEAD = 'content-type: application/json; charset=utf-8\r\n\r\n';

function writePart({ path, label, text = 'null', errors }: ToldPart, onError: (error: GraphQLFormattedError) => void) {
  const told = errors.map((error) => finalError(error.toJSON(), error));
  for (const error of told) onError(error);
  const beside = JSON.stringify({ path, label, ...(told.length > 0 && { errors: told }) });
  return `${beside.slice(0, -1)},"data":${text}}`;
}
