/**
 * Who a process is towards other processes: an X.509 certificate with a SPIFFE id (SPIFFE X.509-SVID) in its subject
 * alternative name, its private key, and the authority whose certificates it accepts.
 *
 * The key file is PKCS#8, encrypted under a passphrase that is derived from the master key (RFC 5958).
 */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecureVersion, Server } from 'node:tls';
import type { MasterKey } from '../secrets/master-key.ts';
import { StartupError } from '../startup-error.ts';

export type ServiceName =
  | 'gateway'
  | 'issuer'
  | 'directory'
  | 'smart-home'
  | 'communal'
  | 'smart-home-sandbox'
  | 'communal-sandbox';

export interface ServiceIdentity {
  readonly name: ServiceName;
  readonly certificate: string;
  readonly privateKey: KeyObject;
  /** Names the certificate, and is in what its key signs. */
  readonly keyId: string;
  /** PEM of the authority that every peer's certificate has to come from; of two, while they are changed. */
  readonly authority: string;
  /** What it is at this moment, which does not change any more. */
  now(): ServiceIdentity;
  /** `listener` is called when the certificate has been replaced. */
  onChange(listener: () => void): void;
}

/** PEM, the key encrypted. */
export interface IdentityFiles {
  readonly certificate: string;
  readonly encryptedKey: string;
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

/**
 * Under whichever generation of the master key it was written.
 *
 * @throws {Error} when under none of them
 */
export function decryptKey(encrypted: string, masterKey: MasterKey, name: ServiceName): KeyObject {
  const passphrases = masterKey.ring(`tls:${name}`).keys();
  for (const { key } of passphrases) {
    try {
      return createPrivateKey({ key: encrypted, passphrase: Buffer.from(key).toString('base64url') });
    } catch {
      // The next one may fit.
    }
  }
  throw new Error('under another master key');
}

/** The SPIFFE id of a service, as it stands in its certificate. */
export function spiffeId(name: ServiceName): string {
  return `spiffe://commonhold/${name}`;
}

/**
 * Reads `<directory>/<name>.crt`, `<name>.key` and `ca.crt`, once: see `followIdentity` for what changes.
 *
 * @throws {StartupError} naming the file that is missing or can't be decrypted.
 */
export async function loadIdentity(
  name: ServiceName,
  directory: string,
  masterKey: MasterKey,
): Promise<ServiceIdentity> {
  return openIdentity(name, await readIdentityFiles(name, directory), masterKey);
}

/** @throws {StartupError} naming the file that is missing */
export async function readIdentityFiles(name: ServiceName, directory: string): Promise<IdentityFiles> {
  const read = (file: string): Promise<string> =>
    readFile(join(directory, file), 'utf8').catch(() => {
      throw new StartupError(`The TLS file ${file} is missing`, 'set TLS_DIR to the folder that holds it');
    });
  const [certificate, encryptedKey, authority] = await Promise.all([
    read(`${name}.crt`),
    read(`${name}.key`),
    read('ca.crt'),
  ]);
  return { certificate, encryptedKey, authority };
}

/** @throws {StartupError} when the key is of another certificate or master key */
export function openIdentity(
  name: ServiceName,
  { certificate, encryptedKey, authority }: IdentityFiles,
  masterKey: MasterKey,
): ServiceIdentity {
  try {
    const privateKey = decryptKey(encryptedKey, masterKey, name);
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(privateKey)) throw new Error('not a pair');
    const keyId = createHash('sha256').update(parsed.raw).digest('base64url').slice(0, 22);
    const identity = { name, certificate, privateKey, keyId, authority };
    const fixed: ServiceIdentity = { ...identity, now: () => fixed, onChange: () => undefined };
    return fixed;
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

/** Has `server` show the certificate of this moment to whoever connects from now on; who is connected stays so. */
export function followByServer(server: Server, identity: ServiceIdentity, minVersion: SecureVersion): void {
  identity.onChange(() => server.setSecureContext({ ...tlsMaterial(identity.now()), minVersion }));
}

/** Whether a peer's certificate is that of one of `names`; its chain has been verified by TLS before. */
export function isService(certificate: X509Certificate | undefined, names: readonly ServiceName[]): boolean {
  const subjectAltNames = certificate?.subjectAltName?.split(', ') ?? [];
  return names.some((name) => subjectAltNames.includes(`URI:${spiffeId(name)}`));
}
