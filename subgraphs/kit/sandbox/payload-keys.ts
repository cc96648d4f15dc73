/** A partner's own encryption key, and the encryption of personal values for a company; also in the broken forms. */
import { randomBytes } from 'node:crypto';
import {
  CompactEncrypt,
  calculateJwkThumbprint,
  compactDecrypt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { SandboxClient } from './clients.ts';
import type { BadJwe } from './faults.ts';
import { Problem } from './problem.ts';

export interface PayloadKeys {
  /** The document at `/.well-known/jwks.json`. */
  readonly published: { readonly keys: readonly JWK[] };
  /** Encrypts for the company's key; with `bad`, as no honest partner would. */
  encryptFor(client: SandboxClient, plaintext: string, bad?: BadJwe): Promise<string>;
  /** Opens what a company encrypted for the partner. @throws {Problem} 422 */
  decrypt(jwe: string): Promise<string>;
}

const ALGORITHMS = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' } as const;

export async function createPayloadKeys(): Promise<PayloadKeys> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256' });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);

  return {
    published: { keys: [{ ...jwk, kid, use: 'enc', alg: ALGORITHMS.alg }] },
    encryptFor: async (client, plaintext, bad) => {
      const key = client.jwks.keys.find(({ use }) => use === 'enc');
      if (!key) throw new Problem(500, 'no-key', 'The client has no encryption key');
      const content = new TextEncoder().encode(plaintext);
      if (bad === 'dir') {
        return new CompactEncrypt(content)
          .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.kid })
          .encrypt(randomBytes(32));
      }
      if (bad === 'p2c') return passwordBased(content, key.kid);
      const target = bad === 'wrong-key' ? publicKey : await importJWK(key, ALGORITHMS.alg);
      const kid = bad === 'other-key-id' ? 'somebody-else' : key.kid;
      const jwe = await new CompactEncrypt(content)
        .setProtectedHeader({ ...ALGORITHMS, kid, ...(bad === 'zip' ? { zip: 'DEF' } : {}) })
        .encrypt(target);
      return bad === 'cut-tag' ? jwe.slice(0, -8) : jwe;
    },
    decrypt: async (jwe) => {
      try {
        const { plaintext } = await compactDecrypt(jwe, privateKey, {
          keyManagementAlgorithms: ['ECDH-ES', 'ECDH-ES+A256KW'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return new TextDecoder().decode(plaintext);
      } catch {
        throw new Problem(422, 'not-encrypted', 'A personal value is not encrypted for this partner');
      }
    },
  };
}

async function passwordBased(content: Uint8Array, kid: string): Promise<string> {
  const jwe = await new CompactEncrypt(content)
    .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', kid })
    .setKeyManagementParameters({ p2c: 2_048, p2s: randomBytes(16) })
    .encrypt(new TextEncoder().encode('password'));
  return withHeader(jwe, { p2c: 2_000_000_000 });
}

function withHeader(jwe: string, members: Readonly<Record<string, unknown>>): string {
  const [header = '', ...rest] = jwe.split('.');
  const changed = { ...JSON.parse(Buffer.from(header, 'base64url').toString()), ...members };
  return [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.');
}
