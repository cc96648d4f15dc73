/**
 * What a request has to be before anything is read from it: JSON in UTF-8, uncompressed, of at most a megabyte, without
 * keys that reach for an object's prototype.
 */

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import secureJson from 'secure-json-parse';

export const LARGEST_BODY_BYTES = 1_000_000;
const LARGEST_DISCARDED_BYTES = 16_000_000;

/** Teaches `server` to read JSON and nothing else. */
export function readJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: LARGEST_BODY_BYTES },
    async (request: FastifyRequest, body: Buffer) => readJson(request, body),
  );
  server.addHook('onRequest', async ({ headers }) => {
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') throw unsupported('A compressed body is not accepted.');
  });
}

/** @throws {GraphQLError} with the status 400 or 415 when it isn't JSON in UTF-8 without dangerous keys */
export function readJson({ headers }: FastifyRequest, body: Buffer): unknown {
  if (!isUtf8(headers['content-type'])) throw unsupported('The charset of the body is not UTF-8.');
  return parseJson(body);
}

/**
 * Reads away what is left of a refused body, up to `LARGEST_DISCARDED_BYTES`: a client that is still sending would
 * otherwise meet a broken connection in place of the answer.
 */
export async function discardBody(request: IncomingMessage): Promise<void> {
  let discarded = 0;
  for await (const chunk of request) {
    discarded += chunk.length;
    if (discarded > LARGEST_DISCARDED_BYTES) return;
  }
}

/** An error that names an HTTP status, as the error handler reads it. */
export function badRequest(message: string, status = 400): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}

function parseJson(body: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body);
    return secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    throw badRequest('The body is not JSON in UTF-8, or has a key that is not allowed.');
  }
}

function unsupported(message: string): GraphQLError {
  return badRequest(message, 415);
}

function isUtf8(contentType: string | undefined): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}
