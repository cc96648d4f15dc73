import { createEnvelope } from '@commonhold/platform/secrets/envelope.ts';
import type { SecretGenerations } from '@commonhold/platform/secrets/secret-source.ts';
import { createSecrets } from '@commonhold/platform/secrets/secrets.ts';
import { describe, expect, it } from '@jest/globals';
import { loadWebhookKey } from './company-webhook-key.ts';

const HOUR = 60 * 60 * 1000;
const key = (byte: number, bytes = 32): string => `whsec_${Buffer.alloc(bytes, byte).toString('base64')}`;

function load(generations: SecretGenerations): Promise<() => readonly string[]> {
  const secrets = createSecrets({ source: { read: async () => generations }, pollSeconds: 60, isUnmanaged: false });
  return loadWebhookKey(
    { secrets, envelope: createEnvelope(new Uint8Array(32)), dataDirectory: '' },
    'communal',
    'northgate',
  ).finally(() => secrets.close());
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
