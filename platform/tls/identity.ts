/**
 * Who a process is towards other processes: an X.509 certificate with a SPIFFE id (SPIFFE X.509-SVID) in its subject
 * alternative name, its private key, and the authority whose certificates it accepts.
 *
 * The key file is PKCS#8, encrypted under a passphrase that is derived from the master key (RFC 5958).
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MasterKey } from '../secrets/master-key.ts';
import { StartupError } from '../startup-error.ts';

export type ServiceName =
  | 'gateway'
  | 'directory'
  | 'smart-home'
  | 'communal'
  | 'smart-home-sandbox'
  | 'communal-sandbox';

export interface ServiceIdentity {
  readonly name: ServiceName;
  readonly certificate: string;
  readonly privateKey: KeyObject;
  /** PEM of the authority that every peer's certificate has to come from. */
  readonly authority: string;
}

/** What Node's TLS and undici take: certificate, key and authority in PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string | Buffer;
  readonly ca: string;
}

/** The passphrase of a service's private key file. */
export function keyPassphrase(masterKey: MasterKey, name: ServiceName): string {
  return Buffer.from(masterKey.derive(`tls:${name}`)).toString('base64url');
}

/** The SPIFFE id of a service, as it stands in its certificate. */
export function spiffeId(name: ServiceName): string {
  return `spiffe://commonhold/${name}`;
}

/**
 * Reads `<directory>/<name>.crt`, `<name>.key` and `ca.crt`.
 *
 * @throws {StartupError} naming the file that is missing or can't be decrypted.
 */
export async function loadIdentity(
  name: ServiceName,
  directory: string,
  masterKey: MasterKey,
): Promise<ServiceIdentity> {
  const read = (file: string): Promise<string> =>
    readFile(join(directory, file), 'utf8').catch(() => {
      throw new StartupError(`The TLS file ${file} is missing`, 'set TLS_DIR to the folder that holds it');
    });
  const [certificate, encryptedKey, authority] = await Promise.all([
    read(`${name}.crt`),
    read(`${name}.key`),
    read('ca.crt'),
  ]);
  try {
    const privateKey = createPrivateKey({ key: encryptedKey, passphrase: keyPassphrase(masterKey, name) });
    if (!new X509Certificate(certificate).checkPrivateKey(privateKey)) throw new Error('not a pair');
    return { name, certificate, privateKey, authority };
  } catch {
    throw new StartupError(
      `The TLS files of ${name} are broken or belong to another master key`,
      'make them again, in development by removing the data folder',
    );
  }
}

/** The identity in the form that TLS sockets take; the decrypted key stays in memory. */
export function tlsMaterial(identity: ServiceIdentity): TlsMaterial {
  return {
    cert: identity.certificate,
    key: identity.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ca: identity.authority,
  };
}

/** Whether a peer's certificate is that of one of `names`; its chain has been verified by TLS before. */
export function isService(certificate: X509Certificate | undefined, names: readonly ServiceName[]): boolean {
  const subjectAltNames = certificate?.subjectAltName?.split(', ') ?? [];
  return names.some((name) => subjectAltNames.includes(`URI:${spiffeId(name)}`));
}
