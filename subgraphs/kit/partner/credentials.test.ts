import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { startTinyPartner, startWithKeysOf, type TinyPartner } from './tiny-partner.ts';

let tiny: TinyPartner;
beforeAll(async () => {
  tiny = await startTinyPartner();
});
afterAll(() => tiny.stop());
beforeEach(async () => {
  await tiny.plain('smart-home', '/sandbox/tokens', { method: 'DELETE' });
  await tiny.plain('smart-home', '/sandbox/calls', { method: 'DELETE' });
});

const lamps = (company: string) =>
  tiny.as(company).call('post', '/lamps/query', { body: {}, schema: z.object({ items: z.array(z.unknown()) }) });

describe("a company's token", () => {
  it('is asked for once however many requests need it', async () => {
    const fresh = await tiny.partnerWith({});
    await Promise.all(
      ['northgate', 'riverside'].flatMap((company) =>
        Array.from({ length: 20 }, () =>
          tiny
            .as(company, { partner: fresh })
            .call('post', '/lamps/query', { body: {}, schema: z.object({ items: z.array(z.unknown()) }) }),
        ),
      ),
    );
    const tokens = (await tiny.calls()).filter(({ operation }) => operation === 'token');
    expect(tokens.map(({ company }) => company).sort()).toEqual(['northgate', 'riverside']);
  });

  it('is renewed when the partner has forgotten it', async () => {
    await lamps('northgate');
    await tiny.plain('smart-home', '/sandbox/tokens', { method: 'DELETE' });
    expect((await lamps('northgate')).items).toHaveLength(3);
  });

  it('brings records of that company alone', async () => {
    const answers = await Promise.all(['northgate', 'riverside'].map(lamps));
    expect(answers.map(({ items }) => items)).toMatchObject([
      Array.from({ length: 3 }, () => ({ companyId: 'northgate' })),
      Array.from({ length: 3 }, () => ({ companyId: 'riverside' })),
    ]);
  });

  it('is given to nobody without a contract', () => {
    expect(() => tiny.as('stranger')).toThrow('refused the request');
  });
});

describe('the token endpoint of a sandbox partner', () => {
  const exchange = async (assertion: string): Promise<number> => {
    const { statusCode, body } = await tiny.plain('smart-home', '/oauth2/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }).toString(),
    });
    await body.dump();
    return statusCode;
  };
  const assertion = async (changes: { company?: string; signer?: string; audience?: string; life?: string } = {}) => {
    const { company = 'northgate', signer = company, audience = tiny.contract.address ?? '', life = '60s' } = changes;
    const { signing } = await tiny.keysOf(signer);
    return await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: signing.id })
      .setIssuer(`commonhold-${company}`)
      .setSubject(`commonhold-${company}`)
      .setAudience(audience)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(life)
      .sign(signing.key);
  };

  it('takes an assertion once', async () => {
    const once = await assertion();
    expect([await exchange(once), await exchange(once)]).toEqual([200, 401]);
  });

  it.each([
    ["signed with another company's key", { signer: 'riverside' }],
    ['for another audience', { audience: 'https://elsewhere.example' }],
    ['that lives for an hour', { life: '1h' }],
    ['of an unknown client', { company: 'stranger', signer: 'northgate' }],
  ])('refuses an assertion %s', async (_, changes) => {
    expect(await exchange(await assertion(changes))).toBe(401);
  });
});

describe('the door of a sandbox partner', () => {
  it.each(['/v1/lamps/x', '/v1/openapi.json', '/sandbox/calls', '/no-such-thing'])(
    'is shut for others: %s',
    async (path) => {
      const { statusCode, body } = await tiny.plain('communal', path);
      await body.dump();
      expect(statusCode).toBe(403);
    },
  );

  it('asks for an access token', async () => {
    const { statusCode, body } = await tiny.plain('smart-home', '/v1/lamps/x');
    await body.dump();
    expect(statusCode).toBe(401);
  });
});

describe('company keys that were moved to another company', () => {
  it('keep the subgraph from starting', async () => {
    await expect(startWithKeysOf(tiny, 'northgate', 'riverside')).rejects.toThrow(
      'The keys of riverside towards the partner smart-home are broken',
    );
  });
});
