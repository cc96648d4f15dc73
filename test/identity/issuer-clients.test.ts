import { randomUUID } from 'node:crypto';
import { asksFor, openBrowserSession } from '@commonhold/development/browser-session.ts';
import { obtainToken, provingBy, refreshToken } from '@commonhold/development/obtain-token.ts';
import { currentCode } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { makeProofKey } from '@commonhold/development/proof-key.ts';
import {
  fetchOverMutualTls,
  readServiceCertificate,
  servicesTlsDirectory,
} from '@commonhold/development/service-certificate.ts';
import { readServiceKey } from '@commonhold/development/service-keys.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import * as client from 'openid-client';
import { beginLogin, discover, startIssuer, type TestIssuer } from './issuer-process.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const parametersOf = (address: string) => Object.fromEntries(new URL(address).searchParams);

describe('an authorization request', () => {
  const request = (parameters: Readonly<Record<string, string>>) =>
    openBrowserSession(issuer.logoutUri).open(
      `${issuer.url}/auth?${new URLSearchParams({
        client_id: 'frontend',
        response_type: 'code',
        scope: 'openid',
        redirect_uri: issuer.redirectUri,
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        ...parameters,
      })}`,
    );

  it.each([
    ['no PKCE challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['a plain PKCE challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['an implicit response', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['another resource', { resource: 'https://elsewhere.example/' }, 'invalid_target'],
    ['prompt=none without a session', { prompt: 'none' }, 'login_required'],
  ])('with %s is refused', async (_, parameters, error) => {
    const { address } = await request(parameters);

    expect(address.startsWith(issuer.redirectUri)).toBe(true);
    expect(new URLSearchParams(address.split(/[?#]/)[1]).get('error')).toBe(error);
  });

  it.each([
    ['a foreign redirect address', { redirect_uri: 'https://evil.example/callback' }],
    ['a redirect address below the registered one', { redirect_uri: 'http://localhost:4001/callback/more' }],
    ['an unknown client', { client_id: 'nobody' }],
  ])('with %s is refused on the spot', async (_, parameters) => {
    const page = await request(parameters);

    expect(page).toMatchObject({ status: 400, text: expect.stringContaining('<code>invalid_') });
    expect(page.address.startsWith(issuer.url)).toBe(true);
  });

  it('within a session needs no login, with max_age=0 or prompt=login it needs one', async () => {
    const email = 'dispatcher@northgate.example';
    const login = await beginLogin(issuer);
    const first = await login.exchange(
      await login.sendCode(await login.sendPassword(await login.open(), email), email),
    );
    const silent = await login.open({ prompt: 'none' });
    const prompted = await login.open({ prompt: 'login' });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const again = await login.open({ max_age: '0', acr_values: 'urn:commonhold:acr:mfa' });
    const second = await login.exchange(await login.sendCode(await login.sendPassword(again, email), email, 1));

    expect(parametersOf(silent.address)).toHaveProperty('code');
    expect(prompted.address).toContain('/interaction/');
    expect(again.address).toContain('/interaction/');
    expect(Number(second.claims()?.auth_time)).toBeGreaterThan(Number(first.claims()?.auth_time));
    expect(decodeJwt(second.access_token)['auth_time']).toBe(second.claims()?.auth_time);
  });

  it('of a native client always needs a login', async () => {
    const email = 'technician@northgate.example';
    const login = await beginLogin(issuer);
    await login.sendCode(await login.sendPassword(await login.open(), email), email);
    const native = await discover(issuer, 'commonhold-cli', client.None());
    const parameters = { redirect_uri: 'http://127.0.0.1:7/callback', scope: 'openid' };
    const challenge = { code_challenge: await client.calculatePKCECodeChallenge('v'), code_challenge_method: 'S256' };

    const page = await login.browser.open(client.buildAuthorizationUrl(native, { ...parameters, ...challenge }).href);

    expect(page.address).toContain('/interaction/');
  });
});

describe('an authorization code', () => {
  const obtainCode = async (email: string) => {
    const login = await beginLogin(issuer);
    const callback = await login.sendCode(await login.sendPassword(await login.open(), email), email);
    return { login, callback };
  };

  it('is refused without the verifier, with another one, and for another client', async () => {
    const { callback } = await obtainCode('accountant@northgate.example');
    const exchange = (parameters: Readonly<Record<string, string>>) =>
      postToken({
        grant_type: 'authorization_code',
        client_id: 'frontend',
        redirect_uri: issuer.redirectUri,
        code: parametersOf(callback.address)['code'] ?? '',
        ...parameters,
      });
    const answers = [
      await exchange({}),
      await exchange({ code_verifier: client.randomPKCECodeVerifier() }),
      await exchange({ code_verifier: client.randomPKCECodeVerifier(), client_id: 'explorer' }),
    ];

    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(body['error']).toMatch(/^invalid_(grant|request)$/);
    }
  });

  it('gives a browser nothing without a proof of a key', async () => {
    const { login, callback } = await obtainCode('technician@riverside.example');
    const exchange = client.authorizationCodeGrant(login.configuration, new URL(callback.address), {
      pkceCodeVerifier: login.verifier,
    });

    await expect(exchange).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('works once, also when it is sent twice at the same moment', async () => {
    const { login, callback } = await obtainCode('analyst@northgate.example');

    const answers = await Promise.allSettled([1, 2, 3].map(() => login.exchange(callback)));

    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    await expect(login.exchange(callback)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

describe('a refresh token', () => {
  it('gives a new one, and a used one ends them all', async () => {
    const request = { environment: issuer.environment, email: 'company-admin@northgate.example' };
    const first = await obtainToken(request);
    const second = await refreshToken({ ...request, tokens: first });

    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(second.accessToken)['auth_time']).toBe(decodeJwt(first.accessToken)['auth_time']);
    await expect(refreshToken({ ...request, tokens: first })).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refreshToken({ ...request, tokens: second })).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('is of no use without the key that it is bound to, and the login of whoever has it goes on', async () => {
    const request = { environment: issuer.environment, email: 'security-officer@riverside.example' };
    const tokens = await obtainToken(request);
    const thieves = [undefined, await makeProofKey()];
    for (const key of thieves) {
      await expect(refreshToken({ ...request, tokens: { ...tokens, key } })).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    }

    await expect(refreshToken({ ...request, tokens })).resolves.toHaveProperty('accessToken');
  });

  it('is revoked by its client', async () => {
    const request = { environment: issuer.environment, email: 'integration-manager@northgate.example' };
    const tokens = await obtainToken(request);
    const frontend = await discover(issuer, 'frontend', client.None());
    await client.tokenRevocation(frontend, tokens.refreshToken ?? '');

    await expect(refreshToken({ ...request, tokens })).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('ends with the logout, which comes back to the client', async () => {
    const email = 'security-officer@northgate.example';
    const login = await beginLogin(issuer);
    const tokens = await login.exchange(
      await login.sendCode(await login.sendPassword(await login.open(), email), email),
    );
    const address = client.buildEndSessionUrl(login.configuration, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: issuer.logoutUri,
    });
    const back = await login.browser.submit(await login.browser.open(address.href), '/session/end/confirm', {
      logout: 'yes',
    });
    const silent = await login.open({ prompt: 'none' });

    expect(back.address.startsWith(issuer.logoutUri)).toBe(true);
    expect(parametersOf(silent.address)).toMatchObject({ error: 'login_required' });
    await expect(login.renew(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it("isn't given to a client for the command line", async () => {
    const tokens = await obtainToken({
      environment: issuer.environment,
      email: 'resident@northgate.example',
      clientId: 'commonhold-cli',
    });

    expect(tokens.refreshToken).toBeUndefined();
  });
});

describe('the token endpoint', () => {
  it("answers scripts of the client's origin alone", async () => {
    const ask = (origin: string) =>
      postToken({ grant_type: 'refresh_token', client_id: 'frontend', refresh_token: 'x' }, { origin });
    const own = await ask('http://localhost:4001');
    const foreign = await ask('https://evil.example');

    expect(own.headers.get('access-control-allow-origin')).toBe('http://localhost:4001');
    expect(own.headers.get('access-control-allow-credentials')).toBeNull();
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a service', () => {
  const service = 'northgate-reporting';
  const ownKey = () => readServiceKey(issuer.environment['DATA_DIR'] ?? '', issuer.masterKey, service);
  const claims = () => ({ iss: service, sub: service, aud: issuer.url, jti: randomUUID() });
  const sign = async (changes: object = {}, key?: Awaited<ReturnType<typeof ownKey>>) =>
    new SignJWT({ exp: Math.floor(Date.now() / 1000) + 60, ...claims(), ...changes })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(key ?? (await ownKey()));
  const ask = async (assertion: string, parameters: Readonly<Record<string, string>> = {}) => {
    const directory = servicesTlsDirectory(issuer.environment['DATA_DIR'] ?? '');
    const certificate = await readServiceCertificate(directory, issuer.masterKey, service);
    const form = {
      grant_type: 'client_credentials',
      client_id: service,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      ...parameters,
    };
    return postToken(form, {}, issuer.servicesUrl, fetchOverMutualTls(certificate));
  };

  it('gets a token for its company by its key', async () => {
    const { status, body } = await ask(await sign());
    const payload = decodeJwt(String(body['access_token']));

    expect(status).toBe(200);
    expect(payload).toMatchObject({ sub: service, client_id: service, tenant: 'northgate', aud: issuer.audience });
    expect(Object.keys(payload).toSorted()).toEqual(
      ['aud', 'client_id', 'cnf', 'exp', 'iat', 'iss', 'jti', 'sub', 'tenant'].toSorted(),
    );
  });

  it.each([
    ['for another audience', () => sign({ aud: 'https://elsewhere.example' })],
    ['for several audiences', () => sign({ aud: [issuer.url, 'https://elsewhere.example'] })],
    ['of another service', () => sign({ iss: 'riverside-reporting', sub: 'riverside-reporting' })],
    ['that has expired', () => sign({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['that lives for a day', () => sign({ exp: Math.floor(Date.now() / 1000) + 86_400 })],
    ['without an id', () => sign({ jti: undefined })],
    ['under another key', async () => sign({}, (await generateKeyPair('ES256')).privateKey)],
    ['without a signature', async () => new UnsecuredJWT({ ...claims() }).setExpirationTime('1m').encode()],
    [
      'signed with the public key as an HMAC secret',
      async () =>
        new SignJWT({ ...claims() })
          .setProtectedHeader({ alg: 'HS256' })
          .setExpirationTime('1m')
          .sign(new TextEncoder().encode(JSON.stringify(await (await fetch(`${issuer.url}/jwks`)).json()))),
    ],
  ])('is refused by an assertion %s', async (_, assertion) => {
    const { status, body } = await ask(await assertion());

    expect([400, 401]).toContain(status);
    expect(body['error']).toMatch(/^invalid_(client|request)$/);
  });

  it('is refused by an assertion that was used, also when it is sent twice at the same moment', async () => {
    const assertion = await sign();
    const answers = await Promise.all([1, 2, 3].map(() => ask(assertion)));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401]);
    expect((await ask(assertion)).status).toBe(401);
  });

  it('may not ask for another resource, nor log people in', async () => {
    const resource = await ask(await sign(), { resource: 'https://elsewhere.example/' });
    const grant = await ask(await sign(), { grant_type: 'refresh_token', refresh_token: 'x' });

    expect(resource.body['error']).toBe('invalid_target');
    expect(grant).toMatchObject({ status: 400, body: { error_description: expect.stringContaining('grant type') } });
  });
});

describe('the device flow', () => {
  const begin = async () => {
    const configuration = await discover(issuer, 'commonhold-cli', client.None());
    return { configuration, device: await client.initiateDeviceAuthorization(configuration, { scope: 'openid' }) };
  };

  it('gives a program tokens after its code was confirmed and a login', async () => {
    const email = 'dispatcher@riverside.example';
    const { configuration, device } = await begin();
    const browser = openBrowserSession('http://127.0.0.1:7');
    const entry = await browser.open(device.verification_uri);
    const wrong = await browser.submit(entry, '/device', { user_code: 'WRONG-CODE' });
    const confirmation = await browser.submit(wrong, '/device', { user_code: device.user_code });
    const password = personaPassword(issuer.masterKey, email);
    const codePage = await browser.submit(
      await browser.submit(confirmation, '/device', { confirm: 'yes' }),
      '/password',
      { loginName: email, password },
    );
    const done = await browser.submit(codePage, '/totp', { code: currentCode(issuer.masterKey, email) });
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 1 });

    expect(wrong.text).toContain('isn&#39;t right');
    expect(confirmation.text).toContain(device.user_code);
    expect(done.text).toContain('The program is connected');
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      sub: 'riverside-dispatcher',
      tenant: 'riverside',
      client_id: 'commonhold-cli',
      acr: 'urn:commonhold:acr:mfa',
      aud: issuer.audience,
    });
  });

  it('gives tokens that are bound to a key to a program that proves one', async () => {
    const email = 'accountant@riverside.example';
    const { configuration, device } = await begin();
    const key = await makeProofKey();
    const browser = openBrowserSession('http://127.0.0.1:7');
    const confirmation = await browser.open(device.verification_uri_complete ?? '');
    const prefilled = asksFor(confirmation, '/device')
      ? await browser.submit(confirmation, '/device', { confirm: 'yes' })
      : confirmation;
    const password = personaPassword(issuer.masterKey, email);
    const codePage = await browser.submit(prefilled, '/password', { loginName: email, password });
    await browser.submit(codePage, '/totp', { code: currentCode(issuer.masterKey, email) });
    const tokens = await client.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 1 }, undefined, {
      ...provingBy(configuration, key),
    });

    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt: key.thumbprint });
  });

  it('gives nothing when the code was refused', async () => {
    const { configuration, device } = await begin();
    const browser = openBrowserSession('http://127.0.0.1:7');
    const prefilled = await browser.open(device.verification_uri_complete ?? '');
    const confirmation = await browser.submit(prefilled, '/device', {});
    await browser.submit(confirmation, '/device', { abort: 'yes' });

    await expect(client.pollDeviceAuthorizationGrant(configuration, { ...device, interval: 1 })).rejects.toMatchObject({
      error: 'access_denied',
    });
  });
});

async function postToken(
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  origin = issuer.url,
  fetchBy = fetch,
) {
  const response = await fetchBy(`${origin}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(parameters),
  });
  const body = (await response.json()) as Readonly<Record<string, unknown>>;
  return { status: response.status, headers: response.headers, body };
}
