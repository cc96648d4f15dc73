import { setTimeout as wait } from 'node:timers/promises';
import { asksFor } from '@commonhold/development/browser-session.ts';
import { obtainToken, refreshToken } from '@commonhold/development/obtain-token.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { beginLogin, discover, startIssuer, type TestIssuer } from './issuer-process.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
beforeEach(() => {
  issuer.directory.active = true;
  issuer.directory.isReachable = true;
  issuer.directory.received.length = 0;
});
afterAll(() => issuer.stop());

const told = (path: string) =>
  issuer.directory.received
    .filter(({ url }) => url === path)
    .map(({ claims, body }) => ({ claims, ...JSON.parse(body) }));
/** What openid-client throws for an answer of 503. */
const UNAVAILABLE = { cause: expect.objectContaining({ status: 503 }) };
const until = async (condition: () => boolean) => {
  while (!condition()) await wait(20);
};

describe('somebody who is suspended, or whom the directory does not know', () => {
  const logInAs = async (email: string) => {
    const login = await beginLogin(issuer);
    return { login, codePage: await login.sendPassword(await login.open(), email) };
  };

  it('is not logged in, though password and code are right', async () => {
    const { login, codePage } = await logInAs('dispatcher@northgate.example');
    issuer.directory.active = false;
    const answer = await login.sendCode(codePage, 'dispatcher@northgate.example');

    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('Your account is not active') });
    expect(asksFor(answer, '/abort')).toBe(true);
  });

  it('gets nothing for a code, a refresh token or a session from before', async () => {
    const email = 'accountant@northgate.example';
    const { login, codePage } = await logInAs(email);
    const tokens = await login.exchange(await login.sendCode(codePage, email));
    const silent = await beginLogin(issuer, login.browser);
    const code = await silent.open({ prompt: 'none' });
    issuer.directory.active = false;

    await expect(silent.exchange(code)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(login.renew(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await login.open({ prompt: 'none' })).address).toContain('error=login_required');
    expect((await login.browser.open(`${issuer.url}/account`)).address).toContain('/interaction/');
  });

  it('is asked about with the time of the login that is to go on, which may be over', async () => {
    const email = 'analyst@northgate.example';
    const { login, codePage } = await logInAs(email);
    const tokens = await login.exchange(await login.sendCode(codePage, email));
    const { auth_time: loggedInAt } = decodeJwt(tokens.access_token);
    issuer.directory.received.length = 0;
    const renewed = await login.renew(tokens.refresh_token);
    expect(told('/active')).toContainEqual(expect.objectContaining({ loggedInAt }));
    expect(decodeJwt(renewed.access_token)['auth_time']).toBe(loggedInAt);
  });

  it('gets nothing as a service either', async () => {
    issuer.directory.active = false;

    await expect(obtainToken({ environment: issuer.environment, email: 'northgate-reporting' })).rejects.toMatchObject({
      error: 'unauthorized_client',
    });
  });
});

describe('while the directory does not answer', () => {
  it('nobody is given anything, and whoever asks again later is', async () => {
    const request = { environment: issuer.environment, email: 'analyst@northgate.example' };
    const tokens = await obtainToken(request);
    issuer.directory.isReachable = false;

    await expect(refreshToken({ ...request, tokens })).rejects.toMatchObject(UNAVAILABLE);
    issuer.directory.isReachable = true;
    await expect(refreshToken({ ...request, tokens })).resolves.toHaveProperty('accessToken');
  });

  it('a revocation is not confirmed; the end holds here at once, and is told as soon as somebody listens', async () => {
    const request = { environment: issuer.environment, email: 'technician@northgate.example' };
    const tokens = await obtainToken(request);
    const frontend = await discover(issuer, 'frontend', client.None());
    issuer.directory.isReachable = false;

    await expect(client.tokenRevocation(frontend, tokens.refreshToken ?? '')).rejects.toMatchObject(UNAVAILABLE);
    await expect(client.tokenRevocation(frontend, tokens.accessToken)).rejects.toMatchObject(UNAVAILABLE);
    issuer.directory.isReachable = true;
    await expect(refreshToken({ ...request, tokens })).rejects.toMatchObject({ error: 'invalid_grant' });
    await until(() => told('/ended').length === 2);

    const { sid, jti, exp } = decodeJwt(tokens.accessToken);
    expect(told('/ended')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          claims: expect.objectContaining({ tenant: 'northgate' }),
          kind: 'session',
          session: sid,
        }),
        expect.objectContaining({ kind: 'token', token: jti, until: new Date(Number(exp) * 1000).toISOString() }),
      ]),
    );
  });

  it('what has ended is told after a restart, too', async () => {
    const tokens = await obtainToken({ environment: issuer.environment, email: 'resident@northgate.example' });
    const frontend = await discover(issuer, 'frontend', client.None());
    issuer.directory.isReachable = false;
    await client.tokenRevocation(frontend, tokens.refreshToken ?? '').catch(() => undefined);
    await issuer.process.stop();
    issuer.directory.isReachable = true;
    issuer.directory.received.length = 0;
    issuer = await issuer.restart();

    await until(() => told('/ended').length === 1);
    expect(told('/ended')).toMatchObject([{ kind: 'session', session: decodeJwt(tokens.accessToken)['sid'] }]);
  });
});
