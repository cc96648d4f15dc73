/**
 * Which service calls, and for whom: a token over mutual TLS, signed with the key of the connection's own certificate.
 * Nothing else that a caller sends says who it is.
 */
import { TLSSocket } from 'node:tls';
import type { ServiceIdentity, ServiceName } from '@commonhold/platform/tls/identity.ts';
import { verifyServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { FastifyRequest } from 'fastify';
import type { JWTPayload } from 'jose';

/** Answered with 401 and RFC 6750's challenge; why is for nobody to know. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated';
  readonly statusCode = 401;
}

const BEARER = /^Bearer ([A-Za-z0-9_.-]{1,16384})$/;

/**
 * The claims of the caller's token.
 *
 * @param callers the services that may call here
 * @throws {Unauthenticated} when there is no token, or it isn't valid for `identity` from one of `callers`.
 *
 * @example
 * server.post('/access', async (request) => {
 *   const claims = accessClaims.parse(await authenticateService(request, identity, ['gateway']));
 * });
 */
export async function authenticateService(
  request: FastifyRequest,
  identity: ServiceIdentity,
  callers: readonly ServiceName[],
): Promise<JWTPayload> {
  const { text, socket } = presentedToken(request);
  try {
    return await verifyServiceToken(text, socket.getPeerX509Certificate(), identity.name, callers);
  } catch {
    throw new Unauthenticated();
  }
}

/** The token that a request shows, and the connection that it came over. @throws {Unauthenticated} when it shows none. */
export function presentedToken(request: FastifyRequest): { readonly text: string; readonly socket: TLSSocket } {
  const text = BEARER.exec(request.headers.authorization ?? '')?.[1];
  const { socket } = request.raw;
  if (!text || !(socket instanceof TLSSocket)) throw new Unauthenticated();
  return { text, socket };
}
