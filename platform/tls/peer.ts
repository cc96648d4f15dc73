/** The other end of a connection that this process opens. */
import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { isService, type ServiceIdentity, type ServiceName, type TlsMaterial, tlsMaterial } from './identity.ts';

/** What undici and Node's TLS take beside certificates to look at the other end. */
export interface PeerOptions extends TlsMaterial {
  readonly minVersion: 'TLSv1.3';
  readonly rejectUnauthorized: true;
  checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined;
}

/**
 * Mutual TLS 1.3 to one service of our own: its certificate has to come from our authority, fit the host's name, and
 * carry the service's SPIFFE id, so that no other service can answer in its place.
 *
 * @example
 * const agent = new Agent({ connect: tlsTowards(identity, 'directory') });
 */
export function tlsTowards(identity: ServiceIdentity, peer: ServiceName): PeerOptions {
  return {
    ...tlsMaterial(identity),
    minVersion: 'TLSv1.3',
    rejectUnauthorized: true,
    checkServerIdentity: (host, certificate) =>
      checkServerIdentity(host, certificate) ??
      (isService(new X509Certificate(certificate.raw), [peer]) ? undefined : new Error(`not the service ${peer}`)),
  };
}
