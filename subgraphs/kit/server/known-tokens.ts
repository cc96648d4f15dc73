/**
 * The gateway's tokens, each verified once: what one request says of somebody, the next ones of the same seconds say
 * again, over the same connections.
 *
 * A token is known by its SHA-256 and by the certificate at the other end of the connection that it came over, so that
 * it is of no use over another one, remembered or not. It is remembered for as long as it lives, and whether what it says
 * is still so is asked each time by whoever uses it.
 */
import { hash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ServiceIdentity } from '@commonhold/platform/tls/identity.ts';
import { verifyServiceToken } from '@commonhold/platform/tls/service-token.ts';
import type { FastifyRequest } from 'fastify';
import type { JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import type { TenantId } from '../tenancy/ids.ts';
import { hasDetachedLists, type Principal, parsePrincipal, subgraphClaims } from '../tenancy/principal.ts';
import { presentedToken, Unauthenticated } from './service-authentication.ts';

export interface KnownTokens {
  /**
   * @returns what the request's token says; at once, where it is known
   * @throws {Unauthenticated} when there is none, or it isn't valid
   */
  of(request: FastifyRequest): VerifiedToken | Promise<VerifiedToken>;
}

export interface VerifiedToken {
  readonly tenant: TenantId;
  /** All changes of the company's access up to this one are in it. */
  readonly accessVersion: number | undefined;
  /** Instant, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** @throws {Unauthenticated} when the body doesn't hold what the token speaks of */
  principal(body: unknown): Principal;
}

const MOST_TOKENS = 5_000;

export function createKnownTokens(identity: ServiceIdentity): KnownTokens {
  const known = new LRUCache<string, VerifiedToken>({ max: MOST_TOKENS });
  const peers = new WeakMap<TLSSocket, Peer>();
  const peerOf = (socket: TLSSocket): Peer => {
    // TLS 1.3 knows no second handshake: whoever is at the other end stays the same.
    const peer = peers.get(socket) ?? readPeer(socket);
    peers.set(socket, peer);
    return peer;
  };
  const verify = async (text: string, { certificate }: Peer, name: string): Promise<VerifiedToken> => {
    try {
      const token = readToken(await verifyServiceToken(text, certificate, identity.name, ['gateway']));
      known.set(name, token);
      return token;
    } catch {
      throw new Unauthenticated();
    }
  };
  return {
    of: (request) => {
      const { text, socket } = presentedToken(request);
      const peer = peerOf(socket);
      const name = `${hash('sha256', text, 'base64url')}/${peer.fingerprint}`;
      const token = known.get(name);
      if (token === undefined) return verify(text, peer, name);
      if (token.expiresAt > Date.now()) return token;
      known.delete(name);
      throw new Unauthenticated();
    },
  };
}

interface Peer {
  readonly certificate: X509Certificate | undefined;
  readonly fingerprint: string;
}

function readPeer(socket: TLSSocket): Peer {
  const certificate = socket.getPeerX509Certificate();
  return { certificate, fingerprint: certificate?.fingerprint256 ?? '' };
}

/** @throws {Error} when the claims aren't those of a gateway's token */
function readToken(claims: JWTPayload): VerifiedToken {
  const { tenant, accessVersion } = subgraphClaims.parse(claims);
  const read = (body: unknown): Principal => {
    try {
      return parsePrincipal(claims, body);
    } catch {
      throw new Unauthenticated();
    }
  };
  // The principal of a token that says all by itself is the same each time; lists beside it are looked at each time.
  const principal = hasDetachedLists(claims) ? undefined : read(undefined);
  const expiresAt = Number(claims.exp) * 1000;
  return { tenant, accessVersion, expiresAt, principal: (body) => principal ?? read(body) };
}
