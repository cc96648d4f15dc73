import { setTimeout as wait } from 'node:timers/promises';
import { obtainToken, refreshToken } from '@commonhold/development/obtain-token.ts';
import { currentCode } from '@commonhold/development/persona-totp.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import { beginLogin, startIssuer, startNewIssuer, type TestIssuer } from './issuer-process.ts';

describe('the tokens of a person', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startIssuer();
  });
  afterAll(() => issuer.stop());

  it('are an access token of RFC 9068 and an ID token, which say nothing personal', async () => {
    const request = { environment: issuer.environment, email: 'resident@northgate.example' };
    const tokens = await obtainToken({ ...request, scope: 'openid profile email address phone' });
    const refreshed = await refreshToken({ ...request, tokens });
    const jwks = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
    const access = await jwtVerify(tokens.accessToken, jwks, {
      issuer: issuer.url,
      audience: issuer.audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });
    const id = await jwtVerify(tokens.idToken ?? '', jwks, { issuer: issuer.url, audience: 'frontend' });

    expect(Object.keys(access.protectedHeader).toSorted()).toEqual(['alg', 'kid', 'typ']);
    expect(access.payload).toEqual({
      iss: issuer.url,
      sub: 'northgate-resident',
      aud: issuer.audience,
      client_id: 'frontend',
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(access.payload.iat) + 300,
      tenant: 'northgate',
      sid: expect.any(String),
      acr: 'urn:commonhold:acr:mfa',
      amr: ['pwd', 'otp', 'mfa'],
      auth_time: expect.any(Number),
      cnf: { jkt: tokens.key?.thumbprint },
    });
    expect(Object.keys(decodeJwt(refreshed.accessToken)).toSorted()).toEqual(Object.keys(access.payload).toSorted());
    expect(Object.keys(id.payload).toSorted()).toEqual(
      ['acr', 'amr', 'aud', 'auth_time', 'exp', 'iat', 'iss', 'nonce', 'sub'].toSorted(),
    );
  });

  it('come from an issuer that publishes no private key and no endpoint it does not need', async () => {
    const jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
    const { keys } = jwks.parse(await (await fetch(`${issuer.url}/jwks`)).json());
    const metadata = z
      .record(z.string(), z.unknown())
      .parse(await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json());

    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']]);
    expect(metadata).toMatchObject({
      issuer: issuer.url,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    for (const endpoint of ['userinfo_endpoint', 'registration_endpoint']) {
      expect(metadata).not.toHaveProperty(endpoint);
    }
  });
});

describe('a rotation of keys', () => {
  const AGE_SECONDS = 10;
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startNewIssuer({ ISSUER_KEY_DAYS: String(AGE_SECONDS / 86_400), ISSUER_KEY_OVERLAP_SECONDS: '3' });
  });
  afterAll(() => issuer.stop());

  const publishedKeys = async (): Promise<readonly string[]> => {
    const jwks = z.object({ keys: z.array(z.object({ kid: z.string() })) });
    return jwks.parse(await (await fetch(`${issuer.url}/jwks`)).json()).keys.map(({ kid }) => kid);
  };
  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    while (!(await condition())) await wait(100);
  };

  it('publishes a key before it signs, lets old tokens verify, ends no session, and deletes the old key in the end', async () => {
    const email = 'dispatcher@northgate.example';
    const login = await beginLogin(issuer);
    const before = await login.exchange(
      await login.sendCode(await login.sendPassword(await login.open(), email), email),
    );
    const oldKey = decodeProtectedHeader(before.access_token).kid ?? '';

    await until(async () => (await publishedKeys()).length === 2);
    const overlapping = await login.exchange(await login.open({ prompt: 'none' }));
    expect(decodeProtectedHeader(overlapping.access_token).kid).toBe(oldKey);

    await until(async () => (await publishedKeys())[0] !== oldKey);
    expect(await publishedKeys()).toContain(oldKey);
    const jwks = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
    await jwtVerify(before.access_token, jwks, { issuer: issuer.url, audience: issuer.audience });

    const after = await login.exchange(await login.open({ prompt: 'none' }));
    const refreshed = await refreshToken({
      environment: issuer.environment,
      email,
      tokens: { accessToken: '', idToken: undefined, refreshToken: before.refresh_token, key: login.key },
    });
    for (const token of [after.access_token, refreshed.accessToken]) {
      expect(decodeProtectedHeader(token).kid).not.toBe(oldKey);
      await jwtVerify(token, jwks, { issuer: issuer.url, audience: issuer.audience });
    }

    await until(async () => !(await publishedKeys()).includes(oldKey));
    expect(await publishedKeys()).toHaveLength(2);
  });
});

describe('a restart', () => {
  it('keeps keys, sessions and used codes', async () => {
    const email = 'analyst@riverside.example';
    const first = await startIssuer();
    const login = await beginLogin(first);
    const code = currentCode(first.masterKey, email);
    const tokens = await login.exchange(
      await login.browser.submit(await login.sendPassword(await login.open(), email), '/totp', { code }),
    );
    const second = await first.restart();
    try {
      const silent = await beginLogin(second, login.browser);
      const replay = await beginLogin(second);
      const page = await replay.sendPassword(await replay.open(), email);
      const jwks = createRemoteJWKSet(new URL(`${second.url}/jwks`));

      await jwtVerify(tokens.access_token, jwks, { issuer: second.url, audience: second.audience });
      await silent.exchange(await silent.open({ prompt: 'none' }));
      expect((await replay.browser.submit(page, '/totp', { code })).status).toBe(422);
    } finally {
      await second.stop();
    }
  });
});
