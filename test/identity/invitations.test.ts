import { asksFor, openBrowserSession, problemOn, type Visited } from '@commonhold/development/browser-session.ts';
import { type Authenticator, createAuthenticator } from '@commonhold/gateway/testing/authenticator.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import { z } from 'zod';
import { beginLogin, startIssuer, type TestIssuer } from './issuer-process.ts';
import { untilNotices } from './notices.ts';
import { appOn, questionOf, sendPasskey } from './passkeys.ts';

const PASSWORD = 'correct horse battery staple';
const UNUSABLE = "This link can't be used";

interface Invitation {
  readonly tenant: string;
  readonly subject: string;
  readonly loginName: string;
  readonly name: string;
}

let issuer: TestIssuer;
/** What the directory knows by token. */
const invitations = new Map<string, Invitation>();

beforeAll(async () => {
  issuer = await startIssuer({ ISSUER_GUESSES_PER_ADDRESS: '30' });
  const question = z.object({ token: z.string(), redeem: z.boolean().optional() });
  issuer.directory.answers.set('/invitation', ({ claims, body }) => {
    const { token, redeem } = question.parse(JSON.parse(body));
    const invitation = invitations.get(token);
    if (!invitation || invitation.tenant !== claims['tenant']) return 404;
    if (redeem) invitations.delete(token);
    const { tenant: _, ...person } = invitation;
    return person;
  });
});
afterAll(() => issuer.stop());

describe('an invitation', () => {
  it('greets, and makes an account that logs in by passkey, without a password', async () => {
    const token = invite('ada');
    const browser = openBrowserSession(issuer.logoutUri);
    const authenticator = createAuthenticator({ origin: issuer.url });
    const page = await browser.open(address(token));
    const question = JSON.parse(questionOf(page, '/passkey'));
    const done = await browser.submit(page, '/passkey', { answer: authenticator.create(JSON.stringify(question)) });
    const login = await beginLogin(issuer);
    const tokens = await login.exchange(await sendPasskey(login.browser, await login.open(), authenticator));

    expect(page.text).toContain('Hello Person ada');
    expect(question.user).toMatchObject({ name: 'ada@northgate.example', displayName: 'Person ada' });
    expect(Buffer.from(question.user.id, 'base64url').toString()).not.toContain('ada');
    expect(headingOf(done)).toBe('Your passkey is set up');
    expect(tokens.claims()).toMatchObject({ sub: 'northgate-ada', acr: 'urn:commonhold:acr:phr' });
    expect(invitations.has(token)).toBe(false);
  });

  it('makes an account by password and authenticator app, and shows recovery codes once', async () => {
    const token = invite('bo');
    const browser = openBrowserSession(issuer.logoutUri);
    const page = await browser.open(address(token));
    const app = appOn(page);
    const short = await browser.submit(page, '/password', { password: 'short', code: app.generate() });
    const wrong = await browser.submit(page, '/password', { password: PASSWORD, code: '000000' });
    const code = app.generate();
    const done = await browser.submit(page, '/password', { password: PASSWORD, code });
    const codes = parse(done.text).querySelectorAll('.codes code');
    const login = await beginLogin(issuer);
    const second = await login.sendPassword(await login.open(), 'bo@northgate.example', PASSWORD);
    const replayed = await login.browser.submit(second, '/totp', { code });
    const next = app.generate({ timestamp: Date.now() + 30_000 });
    const callback = await login.browser.submit(replayed, '/totp', { code: next });

    expect([short.status, wrong.status]).toEqual([422, 422]);
    expect(problemOn(short)).toBe('The password needs at least 12 characters.');
    expect(codes).toHaveLength(10);
    expect(replayed.status).toBe(422);
    expect((await login.exchange(callback)).claims()?.sub).toBe('northgate-bo');
    await untilNotices(issuer.directory, 'northgate-bo', ['FACTOR_ADDED authenticator app']);
    expect((await browser.open(address(token))).text).not.toContain(codes[0]?.text);
  });

  it("looks the same when it was used, never sent, another company's, or none at all", async () => {
    const token = invite('cy');
    const browser = openBrowserSession(issuer.logoutUri);
    const page = await browser.open(address(token));
    const answer = createAuthenticator({ origin: issuer.url }).create(questionOf(page, '/passkey'));
    await browser.submit(page, '/passkey', { answer });
    const random = token.slice('northgate.'.length);
    const pages = await Promise.all(
      [token, `northgate.${'A'.repeat(43)}`, `riverside.${random}`, random, '..%2F..%2Fhealth', `%00.${random}`].map(
        (unusable) => browser.open(address(unusable)),
      ),
    );
    const again = await browser.submit(page, '/passkey', { answer });

    for (const { status, text } of [...pages, again])
      expect({ status, text }).toEqual({ status: 404, text: pages[0]?.text });
    expect(headingOf(again)).toBe(UNUSABLE);
  });

  it('makes one account when it is used twice at the same moment', async () => {
    const token = invite('di');
    const pages = await Promise.all(
      [1, 2, 3].map(async () => {
        const browser = openBrowserSession(issuer.logoutUri);
        return { browser, page: await browser.open(address(token)) };
      }),
    );
    const done = await Promise.all(
      pages.map(({ browser, page }) =>
        browser.submit(page, '/password', { password: PASSWORD, code: appOn(page).generate() }),
      ),
    );

    expect(done.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(done.filter(({ status }) => status === 404)).toHaveLength(2);
  });

  it('replaces nobody: neither an account nor a login name of before', async () => {
    const taken = invite('dispatcher', { subject: 'northgate-dispatcher' });
    const namesake = invite('accountant', { subject: 'northgate-somebody' });
    for (const token of [taken, namesake]) {
      const browser = openBrowserSession(issuer.logoutUri);
      const page = await browser.open(address(token));
      const answer = createAuthenticator({ origin: issuer.url }).create(questionOf(page, '/passkey'));
      expect(headingOf(await browser.submit(page, '/passkey', { answer }))).toBe(UNUSABLE);
      expect(invitations.has(token)).toBe(true);
    }
    const login = await beginLogin(issuer);
    expect(asksFor(await login.sendPassword(await login.open(), 'dispatcher@northgate.example'), '/totp')).toBe(true);
  });

  it('takes the place of who had that login name and was removed for good, and gives nothing of theirs', async () => {
    const loginName = 'jo@northgate.example';
    const [former, own] = [1, 2].map(() => createAuthenticator({ origin: issuer.url }));
    if (!former || !own) throw new Error('there are two');
    const enrol = async (token: string, authenticator: Authenticator) => {
      const browser = openBrowserSession(issuer.logoutUri);
      const page = await browser.open(address(token));
      return browser.submit(page, '/passkey', { answer: authenticator.create(questionOf(page, '/passkey')) });
    };
    const logIn = async (authenticator: Authenticator) => {
      const login = await beginLogin(issuer);
      return { login, page: await sendPasskey(login.browser, await login.open(), authenticator) };
    };
    await enrol(invite('jo'), former);
    const before = await logIn(former);
    const { refresh_token } = await before.login.exchange(before.page);
    const again = invite('jo-again', { loginName });
    const early = await enrol(again, own);
    issuer.directory.removed.add('northgate-jo');
    const done = await enrol(again, own);
    const { login, page } = await logIn(own);

    expect(headingOf(early)).toBe(UNUSABLE);
    expect(headingOf(done)).toBe('Your passkey is set up');
    expect((await login.exchange(page)).claims()?.sub).toBe('northgate-jo-again');
    expect((await logIn(former)).page.status).toBe(422);
    await expect(before.login.renew(refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await before.login.open({ prompt: 'none' })).address).toContain('error=login_required');
  });

  it('neither blocks nor replaces who has that login name at another company', async () => {
    const loginName = 'hal@riverside.example';
    const OTHER = 'a staple battery, horse correct';
    const enrol = async (token: string, password: string) => {
      const browser = openBrowserSession(issuer.logoutUri);
      const page = await browser.open(address(token));
      const code = appOn(page).generate();
      return headingOf(await browser.submit(page, '/password', { password, code }));
    };
    const logIn = async (password: string) => {
      const login = await beginLogin(issuer);
      return login.sendPassword(await login.open(), loginName, password);
    };
    const first = await enrol(invite('squatter', { loginName }), PASSWORD);
    const second = await enrol(invite('hal', { loginName, tenant: 'riverside', subject: 'riverside-hal' }), OTHER);
    const heading = await enrol(invite('third', { loginName }), 'a third password');

    expect([second, heading]).toEqual([first, UNUSABLE]);
    for (const password of [PASSWORD, OTHER]) expect(asksFor(await logIn(password), '/totp')).toBe(true);
    expect(asksFor(await logIn('a third password'), '/totp')).toBe(false);
  });

  it('gives nobody guesses at the password of who has that login name at another company', async () => {
    const loginName = 'ida@riverside.example';
    const enrol = async (token: string, password: string) => {
      const browser = openBrowserSession(issuer.logoutUri);
      const page = await browser.open(address(token));
      const app = appOn(page);
      await browser.submit(page, '/password', { password, code: app.generate() });
      return app;
    };
    const tryPassword = async (password: string) => {
      const login = await beginLogin(issuer);
      return { login, page: await login.sendPassword(await login.open(), loginName, password) };
    };
    const app = await enrol(invite('namesake', { loginName }), PASSWORD);
    await enrol(invite('ida', { loginName, tenant: 'riverside', subject: 'riverside-ida' }), 'the password of Ida');
    for (let guess = 0; guess < 9; guess += 1) await tryPassword('not the password');
    const { login, page } = await tryPassword(PASSWORD);
    const code = app.generate({ timestamp: Date.now() + 30_000 });
    const tokens = await login.exchange(await login.browser.submit(page, '/totp', { code }));
    const [tenth, eleventh] = [await tryPassword('not the password'), await tryPassword('the password of Ida')];

    expect(tokens.claims()?.sub).toBe('northgate-namesake');
    expect([tenth.page.status, eleventh.page.status]).toEqual([422, 429]);
  });

  it('makes a passkey for its own link alone, with the person verified', async () => {
    const [one, other] = [invite('ed'), invite('flo')];
    const browser = openBrowserSession(issuer.logoutUri);
    const authenticator = createAuthenticator({ origin: issuer.url });
    const page = await browser.open(address(one));
    const foreign = questionOf(await browser.open(address(other)), '/passkey');
    const own = questionOf(page, '/passkey');
    const swapped = await browser.submit(page, '/passkey', { answer: authenticator.create(foreign) });
    const unverified = authenticator.create(questionOf(swapped, '/passkey'), { isUserVerified: false });
    const refused = await browser.submit(page, '/passkey', { answer: unverified });
    const late = await browser.submit(page, '/passkey', { answer: authenticator.create(own) });
    const otherApp = await browser.open(address(other));
    const sealed = parse(otherApp.text).querySelector('input[name=sealed]')?.getAttribute('value') ?? '';
    const moved = await browser.submit(page, '/password', {
      password: PASSWORD,
      code: appOn(otherApp).generate(),
      sealed,
    });

    for (const { status } of [swapped, refused, late, moved]) expect(status).toBe(422);
    expect(invitations.has(one)).toBe(true);
  });

  it('is kept when the directory can not be asked, and nothing is made', async () => {
    const token = invite('gil');
    const browser = openBrowserSession(issuer.logoutUri);
    const page = await browser.open(address(token));
    issuer.directory.isReachable = false;
    const answer = createAuthenticator({ origin: issuer.url }).create(questionOf(page, '/passkey'));
    const failed = await browser.submit(page, '/passkey', { answer });
    issuer.directory.isReachable = true;
    const again = await browser.open(address(token));
    const done = await browser.submit(again, '/passkey', {
      answer: createAuthenticator({ origin: issuer.url }).create(questionOf(again, '/passkey')),
    });

    expect(failed.status).toBe(503);
    expect(headingOf(done)).toBe('Your passkey is set up');
  });

  it("can't be guessed without end", async () => {
    const browser = openBrowserSession(issuer.logoutUri);
    const statuses: number[] = [];
    for (let guess = 0; guess < 31; guess += 1) {
      statuses.push((await browser.open(address(`northgate.${String(guess).padStart(43, 'A')}`))).status);
    }

    expect(statuses.at(-1)).toBe(429);
  });
});

function invite(name: string, changes: Partial<Invitation> = {}): string {
  const invitation = {
    tenant: 'northgate',
    subject: `northgate-${name}`,
    loginName: `${name}@northgate.example`,
    name: `Person ${name}`,
    ...changes,
  };
  const token = `${invitation.tenant}.${Buffer.from(name.padEnd(32)).toString('base64url')}`;
  invitations.set(token, invitation);
  return token;
}

function address(token: string): string {
  return `${issuer.url}/invitation/${token}`;
}

function headingOf(page: Visited): string | undefined {
  return parse(page.text).querySelector('h1')?.text;
}
