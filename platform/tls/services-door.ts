/**
 * The door that companies' services come to: TLS with a client certificate of their own authority (RFC 8705), beside the
 * public one, in front of the same program.
 *
 * That authority is another one than ours: a service's certificate opens nothing between our own processes, and none of
 * theirs opens this door.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { TLSSocket } from 'node:tls';
import { StartupError } from '../startup-error.ts';
import { followByServer, type ServiceIdentity, tlsMaterial } from './identity.ts';

export interface ServicesDoorOptions {
  /** What the door shows; its authority is the one whose certificates it takes. */
  readonly identity: ServiceIdentity;
  readonly host: string;
  readonly port: number;
  readonly answer: RequestListener;
}

export interface ServicesDoor {
  /** Lets requests under way end. */
  stop(): Promise<void>;
}

const TIMEOUTS = { handshakeTimeout: 5_000, headersTimeout: 15_000, requestTimeout: 15_000, keepAliveTimeout: 60_000 };
const SOCKET_TIMEOUT_MILLISECONDS = 35_000;

/** @throws {StartupError} when the port can't be had */
export async function openServicesDoor({ identity, host, port, answer }: ServicesDoorOptions): Promise<ServicesDoor> {
  const server = createServer(
    { ...tlsMaterial(identity), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3', ...TIMEOUTS },
    answer,
  ).setTimeout(SOCKET_TIMEOUT_MILLISECONDS);
  followByServer(server, identity, 'TLSv1.3');
  await new Promise<void>((resolve, reject) => {
    // Also later: an accept that fails, for want of descriptors, ends nothing.
    server.on('error', () =>
      reject(new StartupError(`Port ${port} for services is taken`, 'end what listens there, or name another one')),
    );
    server.listen(port, host, resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/**
 * The certificate of whoever sent a request; undefined when it didn't come by this door, or the certificate is over by now:
 * a connection may outlive it.
 */
export function clientCertificate({ socket }: Pick<IncomingMessage, 'socket'>): X509Certificate | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate && certificate.validToDate.getTime() > Date.now() ? certificate : undefined;
}

/** What a token that is bound to the certificate has in `cnf.x5t#S256` (RFC 8705, section 3.1). */
export function certificateThumbprint({ raw }: X509Certificate): string {
  return createHash('sha256').update(raw).digest('base64url');
}
