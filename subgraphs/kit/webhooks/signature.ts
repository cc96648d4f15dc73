/**
 * Whose webhook it is: the company with one of whose keys it is signed (HMAC-SHA-256).
 *
 * The library of the Standard Webhooks specification hashes in JavaScript, which for the greatest body and each key of each
 * company takes long enough to be an attack. Its signatures are what the tests hold this against.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '../tenancy/ids.ts';
import type { SignedMessage } from './scheme.ts';

export interface CompanyWebhookKeys {
  readonly company: TenantId;
  /** Those in force: two while they are rotated. */
  keys(): readonly Buffer[];
}

/** @returns undefined when it is signed with no key in force. All are tried, so that time tells nothing. */
export function signingCompany(
  { signed, signatures }: Pick<SignedMessage, 'signed' | 'signatures'>,
  companies: readonly CompanyWebhookKeys[],
): TenantId | undefined {
  let found: TenantId | undefined;
  for (const { company, keys } of companies) {
    for (const key of keys()) {
      const expected = createHmac('sha256', key).update(signed).digest();
      for (const given of signatures) {
        if (given.length === expected.length && timingSafeEqual(given, expected)) found = company;
      }
    }
  }
  return found;
}
