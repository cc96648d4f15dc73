/**
 * Personal values in partner payloads: JWE compact serialization (RFC 7516).
 *
 * Downwards, the partner encrypts for the company's key and only that company's object here can open it. Upwards, a
 * value is encrypted for the partner's key from its JWKS. What an attacker could slip in (compression bombs, symmetric
 * or password-based algorithms, other keys, altered or truncated text) is refused before or by decryption.
 */
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, importJWK, type ProtectedHeaderParameters } from 'jose';
import { z } from 'zod';
import { readAnswer } from './answer.ts';
import type { CompanyKey } from './company-keys.ts';
import type { Contract } from './contract.ts';
import { PartnerError } from './partner-error.ts';
import { type Transport, violation } from './transport.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface PayloadEncryption {
  /**
   * Opens a value that the partner encrypted for this company; `place` is its name for the error, such as
   * `account.holderName`.
   *
   * @throws {PartnerError} PARTNER_CONTRACT_VIOLATION
   */
  decrypt(jwe: string, place: string): Promise<string>;
  /** Encrypts a value for the partner. @throws {PartnerError} when the partner's key can't be had. */
  encrypt(plaintext: string, signal: AbortSignal): Promise<string>;
}

/** The partner's public key for payloads towards it. */
export interface PartnerKeySource {
  /** @throws {PartnerError} */
  current(): Promise<CompanyKey>;
}

type Encryption = NonNullable<Contract['encryption']>;

const GREATEST_JWE_LENGTH = 65_536;
const ALLOWED_HEADERS = new Set(['alg', 'enc', 'kid', 'epk', 'apu', 'apv', 'typ', 'cty']);
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]{22}$/;

export function createPayloadEncryption(
  partner: string,
  encryption: Encryption,
  decryption: () => readonly CompanyKey[],
  partnerKeys: PartnerKeySource,
): PayloadEncryption {
  return {
    decrypt: async (jwe, place) => {
      try {
        const { key } = keyOf(checkedHeader(jwe), decryption());
        const { plaintext } = await compactDecrypt(jwe, key, {
          keyManagementAlgorithms: encryption.keyManagement,
          contentEncryptionAlgorithms: encryption.content,
        });
        return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
      } catch {
        throw violation(partner, place, `${place}: not encrypted as agreed`);
      }
    },
    encrypt: async (plaintext, signal) => {
      const { id, key } = await unlessAborted(partnerKeys.current(), signal, () => lateFor(partner));
      const [alg] = encryption.keyManagement;
      const [enc] = encryption.content;
      if (!alg || !enc) throw new TypeError('the contract lists no algorithm');
      return await new CompactEncrypt(new TextEncoder().encode(plaintext))
        .setProtectedHeader({ alg, enc, kid: id })
        .encrypt(key);
    },
  };
}

function lateFor(partner: string): PartnerError {
  return new PartnerError(partner, 'PARTNER_TIMEOUT', { detail: 'waiting for a key', mayHaveTakenEffect: false });
}

/** Everything that can be told without a key: length, a whole tag, no header member that wasn't agreed. */
function checkedHeader(jwe: string): ProtectedHeaderParameters {
  if (jwe.length > GREATEST_JWE_LENGTH || !COMPACT.test(jwe)) throw new Error('not a compact JWE');
  const header = decodeProtectedHeader(jwe);
  if (!Object.keys(header).every((member) => ALLOWED_HEADERS.has(member))) throw new Error('not an agreed header');
  return header;
}

/** Which of our keys it is for: while they are rotated there are two. */
function keyOf({ kid }: ProtectedHeaderParameters, keys: readonly CompanyKey[]): CompanyKey {
  const key = keys.find(({ id }) => id === kid);
  if (!key) throw new Error('for another key');
  return key;
}

const publicKeys = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), use: z.string().optional(), kid: z.string().min(1).optional() })),
});
const encryptionKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  x: z.string(),
  y: z.string(),
});

const KEYS_FRESH_MILLISECONDS = 60_000;

/** The partner's published keys, kept for a minute and asked for once however many wait. */
export function createPartnerKeySource(
  contract: Contract,
  encryption: Encryption,
  transport: Pick<Transport, 'send'>,
): PartnerKeySource {
  let held: { readonly key: Promise<CompanyKey>; readonly until: number } | undefined;

  const fetchKey = async (): Promise<CompanyKey> => {
    const answer = await transport.send({
      method: 'GET',
      path: encryption.jwksPath,
      headers: {},
      signal: AbortSignal.timeout(contract.timeouts.attemptMilliseconds),
    });
    const json = readAnswer(answer, contract);
    try {
      const { keys } = publicKeys.parse(json);
      const jwk = encryptionKey.parse(keys.find(({ use }) => use === 'enc'));
      const key = await importJWK(jwk, encryption.keyManagement[0] ?? 'ECDH-ES');
      if (!(key instanceof CryptoKey)) throw new Error('not a public key');
      return { id: jwk.kid, key };
    } catch {
      throw violation(contract.partner, 'its keys');
    }
  };

  return {
    current: async () => {
      if (held && Date.now() < held.until) return await held.key;
      const key = fetchKey().catch((error: unknown) => {
        // Nothing can have been ordered with a value that could not be encrypted.
        throw error instanceof PartnerError ? error.withEffect(false) : error;
      });
      held = { key, until: Date.now() + KEYS_FRESH_MILLISECONDS };
      try {
        return await key;
      } catch (error) {
        held = undefined;
        throw error;
      }
    },
  };
}
