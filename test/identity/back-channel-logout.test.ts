/** A client learns that a login has ended, however it ended (OpenID Connect Back-Channel Logout 1.0). */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { beginLogin, startIssuer, type TestIssuer, type TestLogin } from './issuer-process.ts';
import { type RelyingParty, startRelyingParty } from './relying-party.ts';

let issuer: TestIssuer;
let party: RelyingParty;
beforeAll(async () => {
  party = await startRelyingParty(() => issuer.url);
  issuer = await startIssuer({ FRONTEND_BACKCHANNEL_LOGOUT_URI: party.address });
});
let before = 0;
beforeEach(() => {
  party.behaviour = 200;
  before = party.told.length;
});
afterAll(async () => {
  expect(party.unsound).toEqual([]);
  await issuer.stop();
  await party.stop();
});

interface LoggedIn {
  readonly login: TestLogin;
  readonly refreshToken: string | undefined;
  readonly idToken: string;
  readonly sid: unknown;
}

async function logIn(email: string): Promise<LoggedIn> {
  const login = await beginLogin(issuer);
  const page = await login.sendPassword(await login.open(), email);
  const tokens = await login.exchange(await login.sendCode(page, email));
  const { sid } = decodeJwt(tokens.access_token);
  expect(tokens.claims()?.['sid']).toBe(sid);
  return { login, refreshToken: tokens.refresh_token, idToken: tokens.id_token ?? '', sid };
}

const told = async (count = 1) => (await party.untilTold(before + count)).slice(before);

async function logOut({ login, idToken }: LoggedIn): Promise<void> {
  const address = client.buildEndSessionUrl(login.configuration, {
    id_token_hint: idToken,
    post_logout_redirect_uri: issuer.logoutUri,
  });
  await login.browser.submit(await login.browser.open(address.href), '/session/end/confirm', { logout: 'yes' });
}

describe('a client is told', () => {
  it('of a logout in the browser, once, which login it was and whose', async () => {
    const person = await logIn('dispatcher@northgate.example');
    await logOut(person);

    expect(await told()).toMatchObject([{ sub: 'northgate-dispatcher', sid: person.sid, aud: 'frontend' }]);
    await wait(500);
    expect(party.told).toHaveLength(before + 1);
  });

  it('of a refresh token that came twice', async () => {
    const { login, refreshToken, sid } = await logIn('accountant@northgate.example');
    await login.renew(refreshToken);
    await expect(login.renew(refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });

    expect(await told()).toMatchObject([{ sub: 'northgate-accountant', sid }]);
  });

  it('of a refresh token that was revoked', async () => {
    const { login, refreshToken, sid } = await logIn('analyst@northgate.example');
    await client.tokenRevocation(login.configuration, refreshToken ?? '');

    expect(await told()).toMatchObject([{ sub: 'northgate-analyst', sid }]);
  });

  it('of all other sessions that somebody ends on the account page, and not of this one', async () => {
    const email = 'technician@northgate.example';
    const lost = await logIn(email);
    const here = await beginLogin(issuer);
    const page = await here.sendPassword(await here.open(), email);
    await here.exchange(await here.sendCode(page, email, 1));
    await here.browser.submit(await here.browser.open(`${issuer.url}/account`), '/sessions/end-others', {});

    expect(await told()).toMatchObject([{ sub: 'northgate-technician', sid: lost.sid }]);
    await wait(500);
    expect(party.told).toHaveLength(before + 1);
  });
});

describe('a client is told when somebody may not log in any more', () => {
  afterEach(() => {
    issuer.directory.active = true;
    issuer.directory.isReachable = true;
  });

  it('as soon as the directory tells of it, and whoever is reinstated has to log in anew', async () => {
    const subject = 'riverside-accountant';
    const { login, refreshToken, sid } = await logIn('accountant@riverside.example');
    issuer.directory.active = false;
    issuer.directory.tell('riverside', { kind: 'subject', subject });

    expect(await told()).toMatchObject([{ sub: subject, sid }]);
    issuer.directory.active = true;
    await expect(login.renew(refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await login.open({ prompt: 'none' })).address).toContain('error=login_required');
  });

  it('also when nobody says whom it concerns', async () => {
    const { sid } = await logIn('analyst@riverside.example');
    issuer.directory.active = false;
    issuer.directory.tell('riverside', { kind: 'everything' });

    expect(await told()).toMatchObject([{ sub: 'riverside-analyst', sid }]);
  });

  it('also when the issuer could not be told at that moment', async () => {
    const { sid } = await logIn('technician@riverside.example');
    issuer.directory.isReachable = false;
    issuer.directory.cut();
    await wait(1_500);
    issuer.directory.active = false;
    issuer.directory.isReachable = true;

    // Everybody who is still logged in: this one, and who has ended all others on the account page.
    expect((await told(2)).map(({ sid: ended }) => ended)).toContain(sid);
  });

  it('and not when something else of theirs has changed', async () => {
    const { login, refreshToken } = await logIn('resident@riverside.example');
    issuer.directory.received.length = 0;
    issuer.directory.tell('riverside', { kind: 'subject', subject: 'riverside-resident' });
    while (!issuer.directory.received.some(({ url }) => url === '/active')) await wait(20);

    await expect(login.renew(refreshToken)).resolves.toHaveProperty('access_token');
    expect(party.told).toHaveLength(before);
  });
});

describe('a client that does not take it', () => {
  it.each([
    ['fails', 503, 'resident@northgate.example'],
    ['refuses', 400, 'company-admin@northgate.example'],
    ['sends it elsewhere', 307, 'security-officer@northgate.example'],
    ['hangs', 'hang', 'integration-manager@northgate.example'],
  ] as const)('because it %s is told again, and nobody waits for it', async (_, behaviour, email) => {
    const person = await logIn(email);
    party.behaviour = behaviour;
    const asked = party.requests.length;
    const startedAt = performance.now();
    await logOut(person);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    while (party.requests.length === asked) await wait(20);
    party.behaviour = 204;

    expect(await told()).toMatchObject([{ sid: person.sid }]);
    expect(new Set(party.requests)).toEqual(new Set(['/logout']));
  });

  it('is told after a restart, too', async () => {
    const person = await logIn('dispatcher@riverside.example');
    party.behaviour = 503;
    const asked = party.requests.length;
    await logOut(person);
    while (party.requests.length === asked) await wait(20);
    issuer = await issuer.restart();
    party.behaviour = 200;

    expect(await told()).toMatchObject([{ sid: person.sid }]);
  });
});

describe('in production', () => {
  it.each([
    'http://frontend.operator.example/logout',
    'https://localhost/logout',
    'https://10.0.0.7/logout',
    'https://[::1]/logout',
    'https://169.254.169.254/latest',
    'https://frontend.internal/logout',
  ])('the issuer does not start with %s', async (address) => {
    const refused = await issuer.restart({
      NODE_ENV: 'production',
      ISSUER_URL: 'https://login.operator.example',
      DEVELOPMENT_SEED: undefined,
      FRONTEND_BACKCHANNEL_LOGOUT_URI: address,
    });
    expect(await refused.process.exit).toBe(1);
    expect(refused.process.output()).toContain('FRONTEND_BACKCHANNEL_LOGOUT_URI has to be');
  });
});
