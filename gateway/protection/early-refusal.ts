/**
 * The first that happens to a request for GraphQL: it is let in, or refused before anything else is spent on it.
 *
 * What is known then are its headers. Whose it is, is known of a token that was verified before; everybody else is a
 * stranger, and strangers have one company's share together. The answer is written past all hooks, as a text that is
 * always the same. Nobody reads the body: Node throws it away as it comes, until the request takes too long, and the
 * connection serves the next request.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Admission } from './admission.ts';
import { OVERLOADED_BODY, RETRY_AFTER_SECONDS } from './overloaded.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** It is under way no longer; otherwise it is until its answer has ended. */
    leave?: () => void;
  }
}

export interface EarlyRefusalParts {
  readonly admission: Admission;
  /** @param rawHeaders names and values in turn, as they came @returns undefined: a stranger's */
  readonly companyOf: (rawHeaders: readonly string[]) => string | undefined;
  readonly metrics: Metrics;
  readonly allowedOrigins: readonly string[];
}

/** To be called before hooks that cost something are added to `server`. */
export function refuseEarly(server: FastifyInstance, parts: EarlyRefusalParts): void {
  const { admission, companyOf, metrics } = parts;
  server.addHook('onRequest', (request, reply, done) => {
    // As the router understood it: there are many ways to write a path.
    if (request.routeOptions.url !== '/graphql') return done();
    const leave = admission.enter(companyOf(request.raw.rawHeaders));
    if (leave) {
      request.leave = once(leave);
      reply.raw.once('close', request.leave);
      return done();
    }
    metrics.errorTold('OVERLOADED');
    refuse(request, reply, parts);
  });
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

function refuse({ id, raw }: FastifyRequest, reply: FastifyReply, { allowedOrigins }: EarlyRefusalParts): void {
  reply.hijack();
  const { origin } = raw.headers;
  const forOrigin = origin !== undefined && allowedOrigins.includes(origin);
  reply.raw
    .writeHead(503, [...HEADERS, 'x-request-id', id, ...(forOrigin ? ['access-control-allow-origin', origin] : [])])
    .end(OVERLOADED_BODY);
}

/** What a page of another origin may read of an answer. */
export const EXPOSED_HEADERS = ['x-request-id', 'www-authenticate', 'dpop-nonce', 'retry-after'];

/** Its own, and those that every answer has. */
const HEADERS = Object.entries({
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(OVERLOADED_BODY),
  'retry-after': RETRY_AFTER_SECONDS,
  vary: 'Origin',
  'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
  ...SECURITY_HEADERS,
}).flat();
