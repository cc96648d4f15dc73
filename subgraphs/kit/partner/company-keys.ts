/**
 * A company's own keys towards a partner, read from a file that is sealed for that very company and partner: one signs
 * its client assertions, the other opens payloads that the partner encrypted for it.
 */
import type { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Envelope } from '@commonhold/platform/secrets/envelope.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { importJWK } from 'jose';
import { z } from 'zod';

export interface CompanyKey {
  readonly id: string;
  readonly key: webcrypto.CryptoKey;
}

export interface CompanyKeys {
  readonly signing: CompanyKey;
  readonly decryption: CompanyKey;
}

const privateKey = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  use: z.enum(['sig', 'enc']),
  alg: z.string().min(1),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
const keySet = z.strictObject({ keys: z.array(privateKey) });

/** Where the sealed keys of one company towards one partner lie. */
export function companyKeysFile(dataDirectory: string, partner: string, company: string): string {
  return join(dataDirectory, 'partners', partner, `${company}.jwks.sealed`);
}

/** The place that the keys are sealed for: a file that is moved to another company or partner does not open. */
export function companyKeysPlace(partner: string, company: string): string {
  return `partners/${partner}/${company}`;
}

/** @throws {StartupError} when the file is missing, sealed for another place, or holds other keys than it should. */
export async function loadCompanyKeys(
  dataDirectory: string,
  envelope: Envelope,
  partner: string,
  company: string,
): Promise<CompanyKeys> {
  const sealed = await readFile(companyKeysFile(dataDirectory, partner, company), 'utf8').catch(() => {
    throw new StartupError(
      `The keys of ${company} towards the partner ${partner} are missing`,
      `put the sealed key file at partners/${partner}/${company}.jwks.sealed in the data folder`,
    );
  });
  try {
    const opened = await envelope.open(sealed.trim(), companyKeysPlace(partner, company));
    const { keys } = keySet.parse(JSON.parse(opened));
    const [signing, decryption] = await Promise.all([load(keys, 'sig', 'ES256'), load(keys, 'enc', 'ECDH-ES')]);
    return { signing, decryption };
  } catch {
    throw new StartupError(
      `The keys of ${company} towards the partner ${partner} are broken or sealed under another master key`,
      'restore the file, or set MASTER_KEY_FILE to the key that it was sealed under',
    );
  }
}

async function load(keys: z.output<typeof keySet>['keys'], use: 'sig' | 'enc', algorithm: string): Promise<CompanyKey> {
  const [jwk, ...more] = keys.filter((candidate) => candidate.use === use);
  if (!jwk || more.length > 0) throw new Error(`not exactly one key to ${use}`);
  const key = await importJWK(jwk, algorithm, { extractable: false });
  if (!(key instanceof CryptoKey)) throw new Error('not an asymmetric key');
  return { id: jwk.kid, key };
}
