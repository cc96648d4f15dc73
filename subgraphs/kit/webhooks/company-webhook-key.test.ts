import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { SecretGenerations, SecretSource } from '@commonhold/platform/secrets/secret-source.ts';
import { createSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { describe, expect, it } from '@jest/globals';
import type { CompanySecrets } from '../partner/company-secrets.ts';
import { tenantId } from '../tenancy/ids.ts';
import { loadCompanyWebhookKeys, loadWebhookKey } from './company-webhook-key.ts';

const HOUR = 60 * 60 * 1000;
const key = (byte: number, bytes = 32): string => `whsec_${Buffer.alloc(bytes, byte).toString('base64')}`;

function partsOf(read: SecretSource['read']): CompanySecrets {
  const secrets = createSecrets({ source: { read }, pollSeconds: 60, isUnmanaged: false });
  return { secrets, envelope: createEnvelope(new Uint8Array(32)), dataDirectory: '' };
}

async function load(generations: SecretGenerations): Promise<() => readonly string[]> {
  const parts = partsOf(async () => generations);
  return loadWebhookKey(parts, 'communal', 'northgate').finally(() => parts.secrets.close());
}

describe('the key before', () => {
  const before = { value: key(1), madeAt: new Date(0) };

  it('is taken for a day after its successor was made', async () => {
    const inForce = await load([{ value: key(2), madeAt: new Date(Date.now() - 23 * HOUR) }, before]);
    expect(inForce()).toEqual([key(2), key(1)]);
  });

  it('is not taken after that, though it is still there', async () => {
    const inForce = await load([{ value: key(2), madeAt: new Date(Date.now() - 25 * HOUR) }, before]);
    expect(inForce()).toEqual([key(2)]);
  });
});

it.each([key(1, 16), key(1, 65), '', 'whsec_'])('refuses a key that is too short or long: %s', async (value) => {
  await expect(load([{ value, madeAt: new Date() }])).rejects.toThrow(
    'The webhook key of northgate for the partner communal is broken: give 24 to 64 bytes in base64.',
  );
});

it('refuses the same key for two companies: nobody could tell who has signed', async () => {
  const parts = partsOf(async () => [{ value: key(1), madeAt: new Date() }]);
  const companies = ['northgate', 'riverside'].map(tenantId);
  await expect(loadCompanyWebhookKeys(parts, 'communal', companies)).rejects.toThrow('Two companies have the same');
  expect(await loadCompanyWebhookKeys(parts, 'communal', companies.slice(1))).toHaveLength(1);
  parts.secrets.close();
});
