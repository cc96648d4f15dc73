import { setTimeout as wait } from 'node:timers/promises';
import { asksFor, openBrowserSession, type Visited } from '@commonhold/development/browser-session.ts';
import { createAuthenticator } from '@commonhold/gateway/testing/authenticator.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import { beginLogin, startIssuer, type TestIssuer } from './issuer-process.ts';
import { untilNotices } from './notices.ts';
import { addPasskey, questionOf, sendPasskey } from './passkeys.ts';

const PATIENCE_MILLISECONDS = 10_000;
const LINK = `northgate.${'L'.repeat(43)}`;

let issuer: TestIssuer;
/** However soon it is known whether there is such an account. */
const ANSWER_MILLISECONDS = 400;

let isGood = false;
beforeAll(async () => {
  issuer = await startIssuer();
  issuer.directory.answers.set('/recovery-link', ({ body }) => {
    const { token, redeem } = JSON.parse(body);
    if (!isGood || token !== LINK) return 404;
    if (redeem) isGood = false;
    return { subject: 'northgate-dispatcher', loginName: 'dispatcher@northgate.example', name: 'Dana' };
  });
});
afterAll(() => issuer.stop());

describe('whoever lost what they log in with', () => {
  it('is shown a code whether or not there is such an account, and the directory is told of those that are', async () => {
    const known = await ask('accountant@northgate.example');
    const unknown = await ask('nobody@northgate.example');

    expect(codeOn(known.page)).toMatch(/^[A-Z2-7]{4}-[A-Z2-7]{4}$/);
    expect(unknown.page.text.replace(codeOn(unknown.page), '')).toBe(known.page.text.replace(codeOn(known.page), ''));
    // A timer may be a little early.
    expect(Math.min(known.milliseconds, unknown.milliseconds)).toBeGreaterThan(ANSWER_MILLISECONDS - 10);
    expect(await told(1)).toEqual([{ tenant: 'northgate', sub: 'northgate-accountant', code: codeOn(known.page) }]);
  });

  it('needs no name after the password', async () => {
    const login = await beginLogin(issuer);
    const second = await login.sendPassword(await login.open(), 'technician@northgate.example');
    const lost = await login.browser.open(`${second.address}/lost`);
    await login.browser.submit(lost, '/lost', { loginName: 'analyst@northgate.example' });

    expect(lost.text).not.toContain('loginName');
    expect((await told(2)).at(-1)).toMatchObject({ sub: 'northgate-technician' });
  });
});

describe('the link that comes of an approval', () => {
  it('puts a new factor in place of all old ones, ends all sessions, and is good once', async () => {
    const email = 'dispatcher@northgate.example';
    const old = await addPasskey(issuer, email);
    const other = await beginLogin(issuer);
    await sendPasskey(other.browser, await other.open(), old.authenticator);
    const browser = openBrowserSession(issuer.logoutUri);
    const early = await browser.open(`${issuer.url}/recovery/${LINK}`);
    isGood = true;
    const page = await browser.open(`${issuer.url}/recovery/${LINK}`);
    const authenticator = createAuthenticator({ origin: issuer.url });
    const done = await browser.submit(page, '/passkey', { answer: authenticator.create(questionOf(page, '/passkey')) });
    const again = await browser.open(`${issuer.url}/recovery/${LINK}`);

    const fresh = await beginLogin(issuer);
    const refused = await sendPasskey(fresh.browser, await fresh.open(), old.authenticator);
    const byPassword = await fresh.sendPassword(refused, email);
    const callback = await sendPasskey(fresh.browser, await fresh.open(), authenticator);
    const ended = await other.open();

    expect([early.status, done.status, again.status]).toEqual([404, 200, 404]);
    expect(refused.status).toBe(422);
    expect(asksFor(byPassword, '/totp')).toBe(false);
    expect((await fresh.exchange(callback)).claims()?.sub).toBe('northgate-dispatcher');
    expect(asksFor(ended, '/passkey')).toBe(true);
    expect(asksFor(await old.browser.open(`${issuer.url}/account`), '/passkey')).toBe(true);
    await untilNotices(issuer.directory, 'northgate-dispatcher', [
      'FACTOR_ADDED passkey',
      'FACTOR_REMOVED authenticator app',
      'FACTOR_REMOVED passkey',
    ]);
  });
});

describe('a login whose factors were proved before the end of all logins', () => {
  it('is over, though the browser goes on only after that', async () => {
    const browser = openBrowserSession(`${issuer.url}/auth/`);
    const login = await beginLogin(issuer, browser);
    const email = 'accountant@riverside.example';
    const proved = await login.sendCode(await login.sendPassword(await login.open(), email), email);
    await wait(1_100);
    const endedAt = Math.floor(Date.now() / 1000);
    issuer.directory.answers.set('/active', ({ body }) => ({
      active: !(Number(JSON.parse(body).loggedInAt ?? endedAt) < endedAt),
    }));
    // The same address, spelled so that the browser doesn't stop at it.
    const goneOn = await browser.open(proved.address.replace('/auth/', '/./auth/'));
    const account = await browser.open(`${issuer.url}/account`);
    issuer.directory.answers.delete('/active');

    expect(proved.address).toContain('/auth/');
    expect(asksFor(goneOn, '/password')).toBe(true);
    expect(asksFor(account, '/password')).toBe(true);
  });
});

async function ask(loginName: string): Promise<{ readonly page: Visited; readonly milliseconds: number }> {
  const login = await beginLogin(issuer);
  const first = await login.open();
  const lost = await login.browser.open(`${first.address}/lost`);
  const start = performance.now();
  const page = await login.browser.submit(lost, '/lost', { loginName });
  const path = /\/interaction\/[\w-]+/g;
  return { page: { ...page, text: page.text.replaceAll(path, '') }, milliseconds: performance.now() - start };
}

function codeOn(page: Visited): string {
  return parse(page.text).querySelector('.code code')?.text ?? '';
}

/** Waits until the directory was told of so many who lost their login. */
async function told(count: number) {
  const received = () => issuer.directory.received.filter(({ url }) => url === '/recovery');
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (received().length < count && Date.now() < deadline) await wait(50);
  await wait(1_000);
  return received().map(({ claims, body }) => ({ tenant: claims['tenant'], sub: claims.sub, ...JSON.parse(body) }));
}
