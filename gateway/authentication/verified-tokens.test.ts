/** A token that was found valid is taken again without a look at its signature: for a while, and never past its end. */
import { describe, expect, it, jest } from '@jest/globals';
import type { AccessToken, Verification } from './access-token.ts';
import { rememberVerified } from './verified-tokens.ts';

const TOKEN: AccessToken = {
  ...{ subject: 'ada', tenant: 'northgate', client: 'frontend', tokenId: 'one', session: undefined },
  login: { acr: undefined, amr: [], authTime: undefined, isMultiFactor: true, isPhishingResistant: false },
  expiresAt: 0,
  binding: undefined,
};

function remembering(answer: () => Verification) {
  const asked: string[] = [];
  const { verify, companyOf } = rememberVerified(async (token) => {
    asked.push(token);
    return answer();
  });
  return { asked, verify, companyOf };
}

const validFor = (milliseconds: number): Verification => ({
  kind: 'valid',
  token: { ...TOKEN, expiresAt: Date.now() + milliseconds },
});

describe('the company of a token', () => {
  it('is known once the token was found valid, until it is over, and asks nobody', async () => {
    const { asked, verify, companyOf } = remembering(() => validFor(300_000));
    expect(companyOf('one')).toBeUndefined();
    await verify('one');
    const clock = jest.spyOn(Date, 'now');
    try {
      const now = performance.timeOrigin + performance.now();
      clock.mockReturnValue(now + 200_000);
      expect([companyOf('one'), companyOf('onE')]).toEqual(['northgate', undefined]);
      clock.mockReturnValue(now + 300_100);
      expect(companyOf('one')).toBeUndefined();
    } finally {
      clock.mockRestore();
    }
    expect(asked).toEqual(['one']);
  });
});

describe('a token', () => {
  it('that is valid is verified once, each by itself', async () => {
    const { asked, verify } = remembering(() => validFor(300_000));
    expect(await verify('one')).toMatchObject({ kind: 'valid', token: { tokenId: 'one' } });
    expect(await verify('one')).toMatchObject({ kind: 'valid', token: { tokenId: 'one' } });
    await verify('onE');
    expect(asked).toEqual(['one', 'onE']);
  });

  it('is verified again when it is over, and after a minute at the latest', async () => {
    const { asked, verify } = remembering(() => validFor(asked.length === 1 ? 5_000 : 300_000));
    await verify('one');
    const clock = jest.spyOn(Date, 'now');
    try {
      const now = performance.timeOrigin + performance.now();
      clock.mockReturnValue(now + 5_001);
      await verify('one');
      clock.mockReturnValue(now + 60_000);
      await verify('one');
      expect(asked).toHaveLength(2);
      clock.mockReturnValue(now + 65_100);
      await verify('one');
      expect(asked).toHaveLength(3);
    } finally {
      clock.mockRestore();
    }
  });

  it.each<Verification>([{ kind: 'invalid', reason: 'claims' }, { kind: 'unavailable' }])(
    'that is not valid is never remembered: %j',
    async (verification) => {
      const { asked, verify } = remembering(() => verification);
      expect(await verify('one')).toEqual(verification);
      expect(await verify('one')).toEqual(verification);
      expect(asked).toHaveLength(2);
    },
  );
});
