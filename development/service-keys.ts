/**
 * The key pairs of the sample services. In development both ends live on one machine: the private key is made on first
 * start and kept sealed at `<data>/services/<clientId>.jwk.sealed`, for `npm run token`.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { MasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';

const privateKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

/** The private key of a service. @throws {Error} when there is none yet, or it was sealed under another master key. */
export async function readServiceKey(data: string, masterKey: MasterKey, clientId: string): Promise<CryptoKey> {
  const key = await importJWK(await readPrivateKey(data, masterKey, clientId), 'ES256');
  if (key instanceof Uint8Array) throw new Error('not a key pair');
  return key;
}

/** Makes the key of a service unless it has one. @returns the public part */
export async function ensureServiceKey(data: string, masterKey: MasterKey, clientId: string): Promise<JWK> {
  await mkdir(join(data, 'services'), { recursive: true, mode: 0o700 });
  const { privateKey: key } = await generateKeyPair('ES256', { extractable: true });
  const sealed = await envelope(masterKey).seal(JSON.stringify(await exportJWK(key)), place(clientId));
  await writeFile(file(data, clientId), sealed, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  const { kty, crv, x, y } = await readPrivateKey(data, masterKey, clientId);
  return { kty, crv, x, y, alg: 'ES256', use: 'sig' };
}

async function readPrivateKey(data: string, masterKey: MasterKey, clientId: string) {
  const sealed = await readFile(file(data, clientId), 'utf8');
  return privateKey.parse(JSON.parse(await envelope(masterKey).open(sealed, place(clientId))));
}

const envelope = (masterKey: MasterKey) => createEnvelope(masterKey.ring('envelope:services'));
const file = (data: string, clientId: string): string => join(data, 'services', `${clientId}.jwk.sealed`);
const place = (clientId: string): string => `service:${clientId}`;
