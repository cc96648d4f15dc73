/**
 * An HTTPS server that lets in nobody without a certificate of our authority, and waits for nobody for long.
 *
 * Who the peer is stands in the certificate; which peers may do what is decided by `service-authentication.ts`.
 */
import { createServer, type Server } from 'node:https';
import { followByServer, type ServiceIdentity, tlsMaterial } from '@commonhold/platform/tls/identity.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { requestIdOf } from './request-id.ts';

const GREATEST_BODY_BYTES = 1024 * 1024;
const GREATEST_HEADER_BYTES = 32 * 1024;
const TIMEOUTS = {
  handshakeTimeout: 5_000,
  headersTimeout: 5_000,
  /** From the first byte to the last of a request: a slow body ends here. */
  requestTimeout: 10_000,
  keepAliveTimeout: 60_000,
  /** A connection on which nothing moves, also while an answer is being made; above the greatest deadline. */
  socketTimeout: 35_000,
} as const;

/** A Fastify server with mutual TLS, without routes, not listening yet. */
export function createHttpsServer(identity: ServiceIdentity): FastifyInstance {
  const fastify = Fastify({
    serverFactory: (handler) => {
      const { handshakeTimeout, headersTimeout, requestTimeout, keepAliveTimeout, socketTimeout } = TIMEOUTS;
      const server: Server = createServer(
        {
          ...tlsMaterial(identity),
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.3',
          handshakeTimeout,
          headersTimeout,
          requestTimeout,
          keepAliveTimeout,
          connectionsCheckingInterval: 1_000,
          maxHeaderSize: GREATEST_HEADER_BYTES,
        },
        handler,
      );
      followByServer(server, identity, 'TLSv1.3');
      return server.setTimeout(socketTimeout);
    },
    bodyLimit: GREATEST_BODY_BYTES,
    requestIdHeader: false,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    logger: false,
  });
  fastify.removeContentTypeParser('text/plain');
  return fastify;
}
