import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTinyPartner, type TinyPartner } from './tiny-partner.ts';

const lamp = z.object({ owner: z.string() });

let tiny: TinyPartner;
beforeAll(async () => {
  tiny = await startTinyPartner();
});
afterAll(() => tiny.stop());
afterEach(() => tiny.fault({}));

const encryptedFor = async (company: string): Promise<string> => {
  const { owner } = await tiny.as(company).call('get', '/lamps/{id}', { path: { id: 'any' }, schema: lamp });
  return owner;
};

describe('a personal value in a payload', () => {
  it('is opened by the company that it was encrypted for', async () => {
    expect(await tiny.as('northgate').decrypt(await encryptedFor('northgate'), 'Lamp.owner')).toBe('owner');
  });

  it('is not opened where the contract lets the partner process none', async () => {
    await expect(tiny.as('northgate').decrypt(await encryptedFor('northgate'), 'Lamp.guest')).rejects.toThrow(
      'the contract with smart-home lets it process no Lamp.guest',
    );
  });

  it('is opened by no other company', async () => {
    const value = await encryptedFor('northgate');
    await expect(tiny.as('riverside').decrypt(value, 'Lamp.owner')).rejects.toMatchObject({
      extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
    });
  });

  it.each(['cut-tag', 'zip', 'dir', 'p2c', 'wrong-key', 'other-key-id'])('is refused: %s', async (variant) => {
    await tiny.fault({ getLamp: { kind: 'bad-jwe', variant } });
    const value = await encryptedFor('northgate');
    const started = performance.now();
    const error: unknown = await tiny
      .as('northgate')
      .decrypt(value, 'Lamp.owner')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: 'The partner smart-home answered something that its contract does not allow at Lamp.owner.',
      extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
    });
    expect(performance.now() - started).toBeLessThan(100);
  });

  it.each(['', 'owner', 'a.b.c', `${'A'.repeat(70_000)}.a.a.a.a`])(
    'is refused in clear or out of form',
    async (value) => {
      await expect(tiny.as('northgate').decrypt(value, 'Lamp.owner')).rejects.toMatchObject({
        extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
      });
    },
  );

  it('is refused in an encryption that the contract does not name', async () => {
    const { encryption } = tiny.contract;
    if (!encryption) throw new Error('no encryption');
    const strict = await tiny.partnerWith({ encryption: { ...encryption, keyManagement: ['ECDH-ES'] } });
    const value = await encryptedFor('northgate');
    await expect(tiny.as('northgate', { partner: strict }).decrypt(value, 'Lamp.owner')).rejects.toMatchObject({
      extensions: { code: 'PARTNER_CONTRACT_VIOLATION' },
    });
  });
});

describe('a personal value towards the partner', () => {
  it("is encrypted with the partner's published key, which is asked for once", async () => {
    const fresh = await tiny.partnerWith({});
    await tiny.plain('smart-home', '/sandbox/calls', { method: 'DELETE' });
    const client = tiny.as('northgate', { partner: fresh });
    const values = await Promise.all(['one', 'two', 'three'].map((text) => client.encrypt(text)));
    expect(new Set(values).size).toBe(3);
    expect((await tiny.calls()).map(({ operation }) => operation)).toEqual(['jwks']);
  });

  it.each([
    [{ kind: 'garbage' }, 'PARTNER_CONTRACT_VIOLATION'],
    [{ kind: 'down' }, 'PARTNER_UNAVAILABLE'],
    [{ kind: 'slow' }, 'PARTNER_TIMEOUT'],
  ])('is not sent when the key is not to be had: %j', async (fault, code) => {
    await tiny.fault({ jwks: fault });
    const fresh = await tiny.partnerWith({});
    const client = tiny.as('northgate', { partner: fresh, milliseconds: 300 });
    const started = performance.now();
    await expect(client.encrypt('the tap drips')).rejects.toMatchObject({ code, mayHaveTakenEffect: false });
    expect(performance.now() - started).toBeLessThan(450);
  });
});
