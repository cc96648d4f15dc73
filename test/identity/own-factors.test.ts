import { setTimeout as wait } from 'node:timers/promises';
import { asksFor, problemOn, type Visited } from '@commonhold/development/browser-session.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import { beginLogin, startIssuer, type TestIssuer } from './issuer-process.ts';
import { untilOnlyNotices } from './notices.ts';
import { addPasskey, appOn, openAccount, sendPasskey } from './passkeys.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

describe('an authenticator app', () => {
  const email = 'accountant@northgate.example';

  it('is set up in place of the one before, with recovery codes that replace those of before', async () => {
    const { browser, page } = await openAccount(issuer, email);
    const form = await browser.submit(page, '/app/new', {});
    const app = appOn(form);
    const code = app.generate();
    const wrong = await browser.submit(form, '/app/set', { code: '000000' });
    const set = await browser.submit(form, '/app/set', { code });
    const codes = codesOn(set);
    const newer = codesOn(await browser.submit(page, '/app/recovery-codes', {}));
    const login = await beginLogin(issuer);
    const second = await login.sendPassword(await login.open(), email);
    const old = await login.sendCode(second, email, 1);
    const replayed = await login.browser.submit(second, '/totp', { code });
    const recovery = await login.browser.open(`${second.address}?factor=recovery-code`);
    const spent = await login.browser.submit(recovery, '/recovery-code', { code: codes[0] ?? '' });
    const callback = await login.browser.submit(recovery, '/recovery-code', { code: newer[0] ?? '' });

    expect(problemOn(wrong)).toMatch(/^That code isn't right/);
    expect([codes.length, newer.length]).toEqual([10, 10]);
    expect([old.status, replayed.status, spent.status]).toEqual([422, 422, 422]);
    expect((await login.exchange(callback)).claims()?.sub).toBe('northgate-accountant');
    await told('northgate-accountant', [
      'LOGIN_FROM_NEW_DEVICE Another device',
      'FACTOR_REMOVED authenticator app',
      'FACTOR_ADDED authenticator app',
      'FACTOR_ADDED recovery codes',
      'LOGIN_FROM_NEW_DEVICE Another device',
    ]);
  });

  it('is set up in the browser that its page was shown in', async () => {
    const one = await openAccount(issuer, 'technician@northgate.example');
    const other = await openAccount(issuer, 'resident@northgate.example');
    const form = await one.browser.submit(one.page, '/app/new', {});
    const sealed = parse(form.text).querySelector('input[name=sealed]')?.getAttribute('value') ?? '';
    const own = await other.browser.submit(other.page, '/app/new', {});
    const answer = await other.browser.submit(own, '/app/set', { sealed, code: appOn(form).generate() });

    expect(problemOn(answer)).toMatch(/^That code isn't right/);
  });
});

describe('people are told', () => {
  it('when a passkey is added and removed', async () => {
    const { browser, page } = await addPasskey(issuer, 'analyst@northgate.example');
    await browser.submit(page, '/passkeys/remove', {});

    await told('northgate-analyst', [
      'LOGIN_FROM_NEW_DEVICE Another device',
      'FACTOR_ADDED passkey',
      'FACTOR_REMOVED passkey',
    ]);
  });

  it('of a login from a browser that they have not used, and not of one that they have', async () => {
    const { authenticator, browser } = await addPasskey(issuer, 'dispatcher@riverside.example');
    const again = await beginLogin(issuer, browser);
    await sendPasskey(browser, await again.open({ prompt: 'login' }), authenticator);
    const elsewhere = await beginLogin(issuer);
    await sendPasskey(elsewhere.browser, await elsewhere.open(), authenticator);

    await told('riverside-dispatcher', [
      'LOGIN_FROM_NEW_DEVICE Another device',
      'FACTOR_ADDED passkey',
      'LOGIN_FROM_NEW_DEVICE Another device',
    ]);
  });

  it('of a new one when somebody else used the browser before', async () => {
    const { browser } = await openAccount(issuer, 'analyst@riverside.example');
    await browser.open(`${issuer.url}/session/end`).then((page) => browser.submit(page, '/confirm', { logout: 'yes' }));
    await openAccount(issuer, 'technician@riverside.example', browser);

    await told('riverside-technician', ['LOGIN_FROM_NEW_DEVICE Another device']);
  });
});

describe('an old login', () => {
  it('changes nothing that one logs in with', async () => {
    issuer = await issuer.restart({ ISSUER_FRESH_SECONDS: '1' });
    const { browser, page } = await openAccount(issuer, 'company-admin@riverside.example');
    await wait(2_100);
    for (const action of ['/passkeys/new', '/app/new']) {
      const answer = await browser.submit(page, action, {});
      expect(answer.address).toContain('/interaction/');
      expect(asksFor(answer, '/passkey')).toBe(true);
    }
  });
});

const told = (subject: string, expected: readonly string[]) => untilOnlyNotices(issuer.directory, subject, expected);

function codesOn(page: Visited): readonly string[] {
  return parse(page.text)
    .querySelectorAll('.codes code')
    .map(({ text }) => text);
}
