/** The key that a partner signs a company's webhooks with; for a day two of them, while it is rotated. */
import { join } from 'node:path';
import { StartupError } from '@commonhold/platform/startup-error.ts';
import { type CompanySecrets, findCompanySecret } from '../partner/company-secrets.ts';
import type { TenantId } from '../tenancy/ids.ts';
import type { CompanyWebhookKeys } from './signature.ts';

const PREFIX = 'whsec_';
const LEAST_KEY_BYTES = 24;
const GREATEST_KEY_BYTES = 64;
/** How long the key before is taken after its successor was put there. */
const OVERLAP_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Where the sealed key lies, when no other source of secrets is named. */
export function webhookKeyFile(dataDirectory: string, partner: string, company: string): string {
  return join(dataDirectory, 'partners', partner, `${company}.webhook.sealed`);
}

/** What it is sealed for: moved to another company or partner it doesn't open. */
export function webhookKeyPlace(partner: string, company: string): string {
  return `partners/${partner}/${company}/webhook`;
}

/**
 * As they are given to the partner, `whsec_…`, the newest first.
 *
 * @throws {StartupError} when there is none, or it isn't one
 */
export async function loadWebhookKey(
  parts: CompanySecrets,
  partner: string,
  company: string,
): Promise<() => readonly string[]> {
  const called = `The webhook key of ${company} for the partner ${partner} is`;
  const secret = await findCompanySecret(parts, {
    name: `partner.${partner}.${company}.webhook`,
    file: webhookKeyFile(parts.dataDirectory, partner, company),
    place: webhookKeyPlace(partner, company),
    called,
    remedy: `put the sealed key at partners/${partner}/${company}.webhook.sealed in the data folder`,
  });
  const inForce = (): readonly string[] => {
    const [current, previous] = secret.generations();
    const isOverlapping = Date.now() - current.madeAt.getTime() < OVERLAP_MILLISECONDS;
    return previous && isOverlapping ? [current.value, previous.value] : [current.value];
  };
  const check = (): void => {
    if (inForce().every((key) => isKey(key))) return;
    throw new StartupError(`${called} broken`, `give ${LEAST_KEY_BYTES} to ${GREATEST_KEY_BYTES} bytes in base64`);
  };
  check();
  secret.onChange(check);
  return inForce;
}

/** @throws {StartupError} as `loadWebhookKey`, and when two companies have the same key */
export async function loadCompanyWebhookKeys(
  parts: CompanySecrets,
  partner: string,
  companies: readonly TenantId[],
): Promise<readonly CompanyWebhookKeys[]> {
  const loaded = await Promise.all(
    companies.map(async (company) => ({ company, inForce: await loadWebhookKey(parts, partner, company) })),
  );
  const all = loaded.flatMap(({ inForce }) => inForce());
  if (new Set(all).size < all.length) {
    throw new StartupError(
      `Two companies have the same webhook key for the partner ${partner}`,
      'give each its own: who has told something is known by the key alone',
    );
  }
  return loaded.map(({ company, inForce }) => ({ company, keys: () => inForce().map(webhookKeyBytes) }));
}

/** The bytes of `whsec_…`. */
export function webhookKeyBytes(key: string): Buffer {
  return Buffer.from(key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key, 'base64');
}

function isKey(key: string): boolean {
  const { length } = webhookKeyBytes(key);
  return length >= LEAST_KEY_BYTES && length <= GREATEST_KEY_BYTES;
}
