/** A development certificate authority, whose own private key is kept nowhere. */
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  certify(subject: CertifiedSubject): Promise<Certified>;
}

export interface CertifiedSubject {
  readonly name: string;
  readonly uses: readonly ('client' | 'server')[];
  readonly alternativeNames: readonly { readonly type: 'dns' | 'ip' | 'url'; readonly value: string }[];
  /** What the private key is encrypted under. */
  readonly passphrase: string;
}

/** PEM, both. */
export interface Certified {
  readonly certificate: string;
  readonly key: string | Buffer;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const LIFETIME_MILLISECONDS = 365 * 24 * 60 * 60 * 1000;
const USES = { client: x509.ExtendedKeyUsage.clientAuth, server: x509.ExtendedKeyUsage.serverAuth } as const;

/** @param name such as `Commonhold development authority` */
export async function createAuthority(name: string): Promise<Authority> {
  const authorityKeys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + LIFETIME_MILLISECONDS) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString('hex'),
    name: `CN=${name}`,
    ...validity,
    signingAlgorithm: ALGORITHM,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: authority.toString('pem'),
    certify: async ({ name: subject, uses, alternativeNames, passphrase }) => {
      const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: randomBytes(16).toString('hex'),
        subject: `CN=${subject}`,
        issuer: authority.subject,
        ...validity,
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey: authorityKeys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension(uses.map((use) => USES[use])),
          new x509.SubjectAlternativeNameExtension([...alternativeNames]),
        ],
      });
      const key = KeyObject.from(keys.privateKey).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase,
      });
      return { certificate: certificate.toString('pem'), key };
    },
  };
}
