/**
 * The development certificate authority: made on first start, one certificate a service. The authority's own private
 * key is kept nowhere: when a certificate is needed anew, the folder is removed and everything is made again.
 */
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { keyPassphrase, type ServiceName, spiffeId } from '@commonhold/platform/tls/identity.ts';
import * as x509 from '@peculiar/x509';

const SERVICES: readonly ServiceName[] = [
  'gateway',
  'directory',
  'smart-home',
  'communal',
  'smart-home-sandbox',
  'communal-sandbox',
];
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LIFETIME_MILLISECONDS = 365 * 24 * 60 * 60 * 1000;

/** Makes `directory` with `ca.crt` and a `.crt` and encrypted `.key` for each service, unless it is there. */
export async function ensurePki(directory: string, masterKey: MasterKey): Promise<void> {
  if (existsSync(directory)) return;
  const unfinished = `${directory}.${process.pid}`;
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  await mkdir(unfinished, { mode: 0o700 });
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + LIFETIME_MILLISECONDS) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: 'CN=Commonhold development authority',
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  await writeFile(join(unfinished, 'ca.crt'), authority.toString('pem'));
  for (const service of SERVICES) {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: randomBytes(16).toString('hex'),
      subject: `CN=${service}`,
      issuer: authority.subject,
      ...validity,
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
          { type: 'url', value: spiffeId(service) },
        ]),
      ],
    });
    const key = KeyObject.from(keys.privateKey).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: keyPassphrase(masterKey, service),
    });
    await writeFile(join(unfinished, `${service}.crt`), certificate.toString('pem'));
    await writeFile(join(unfinished, `${service}.key`), key, { mode: 0o600 });
  }
  await rename(unfinished, directory).catch(() => rm(unfinished, { recursive: true }));
}
