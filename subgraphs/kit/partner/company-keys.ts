/**
 * A company's own keys towards a partner: one signs its client assertions, the other opens payloads that the partner
 * encrypted for it. While the keys are rotated, both generations are in force.
 */
import type { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import type { LiveSecret } from '@commonhold/platform/secrets/secrets.ts';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { importJWK } from 'jose';
import { z } from 'zod';
import { type CompanySecrets, findCompanySecret } from './company-secrets.ts';

export interface CompanyKey {
  readonly id: string;
  readonly key: webcrypto.CryptoKey;
}

export interface CompanyKeys {
  readonly signing: CompanyKey;
  readonly decryption: CompanyKey;
}

/** Those of the current generation first. */
export type CompanyKeysInForce = () => readonly [CompanyKeys, ...CompanyKeys[]];

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

/** Where the sealed keys of one company towards one partner lie, when no other source of secrets is named. */
export function companyKeysFile(dataDirectory: string, partner: string, company: string): string {
  return join(dataDirectory, 'partners', partner, `${company}.jwks.sealed`);
}

/** The place that the keys are sealed for: a file that is moved to another company or partner does not open. */
export function companyKeysPlace(partner: string, company: string): string {
  return `partners/${partner}/${company}`;
}

/** @throws {StartupError} when they are missing, sealed for another place, or other keys than they should be. */
export async function loadCompanyKeys(
  parts: CompanySecrets,
  partner: string,
  company: string,
): Promise<CompanyKeysInForce> {
  const secret = await findCompanySecret(parts, {
    name: `partner.${partner}.${company}.keys`,
    file: companyKeysFile(parts.dataDirectory, partner, company),
    place: companyKeysPlace(partner, company),
    called: `The keys of ${company} towards the partner ${partner} are`,
    remedy: `put the sealed key file at partners/${partner}/${company}.jwks.sealed in the data folder`,
  });
  let keys = await parse(secret, partner, company);
  secret.onChange(async () => {
    keys = await parse(secret, partner, company);
  });
  return () => keys;
}

async function parse(
  secret: LiveSecret,
  partner: string,
  company: string,
): Promise<readonly [CompanyKeys, ...CompanyKeys[]]> {
  const [current, previous] = secret.generations();
  try {
    const first = await parseOne(current.value);
    return previous ? [first, await parseOne(previous.value)] : [first];
  } catch {
    throw new StartupError(
      `The keys of ${company} towards the partner ${partner} are broken`,
      'they have to be a JWK set with one key to sign and one to decrypt, both EC P-256',
    );
  }
}

async function parseOne(text: string): Promise<CompanyKeys> {
  const { keys } = keySet.parse(JSON.parse(text));
  const [signing, decryption] = await Promise.all([load(keys, 'sig', 'ES256'), load(keys, 'enc', 'ECDH-ES')]);
  return { signing, decryption };
}

async function load(keys: z.output<typeof keySet>['keys'], use: 'sig' | 'enc', algorithm: string): Promise<CompanyKey> {
  const [jwk, ...more] = keys.filter((candidate) => candidate.use === use);
  if (!jwk || more.length > 0) throw new Error(`not exactly one key to ${use}`);
  const key = await importJWK(jwk, algorithm, { extractable: false });
  if (!(key instanceof CryptoKey)) throw new Error('not an asymmetric key');
  return { id: jwk.kid, key };
}
