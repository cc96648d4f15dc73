import { openBrowserSession, type Visited } from '@commonhold/development/browser-session.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'node-html-parser';
import {
  ENDED,
  frontendOrigin,
  GOES_ON,
  issuerUrl,
  logIn,
  type PersonaLogin,
  statusWith,
  statusWithinASecond,
} from './persona-login.ts';

const EMAIL = 'colleague@riverside.example';
const account = () => `${issuerUrl()}/account`;
const entries = (page: Visited) => parse(page.text).querySelectorAll('.entries li');
const tokenOf = (page: Visited) => parse(page.text).querySelector('[name=formToken]')?.getAttribute('value') ?? '';

describe('the list of own sessions', () => {
  let here: PersonaLogin;
  let there: PersonaLogin;
  beforeAll(async () => {
    here = await logIn(EMAIL);
    there = await logIn(EMAIL);
  });

  it('tells each apart: its device, client and times, and which one this is', async () => {
    const page = await here.browser.open(account());
    const texts = entries(page).map(({ text }) => text.replaceAll(/\s+/g, ' '));

    expect(page).toMatchObject({ status: 200, address: account() });
    expect(texts.length).toBeGreaterThanOrEqual(2);
    expect(entries(page).filter((entry) => entry.querySelector('.badge'))).toHaveLength(1);
    for (const text of texts) {
      expect(text).toMatch(/Another device .*Commonhold Frontend .*Logged in .* UTC, last used .* UTC/);
    }
  });

  it('lets no form of another site end anything', async () => {
    const page = await there.browser.open(account());
    const forged = { ...page, text: page.text.replaceAll(tokenOf(page), tokenOf(await here.browser.open(account()))) };
    const count = entries(page).length;

    await there.browser.submit(forged, '/sessions/end-others', {});
    await there.browser.submit(forged, '/sessions/end-others', { formToken: '' });

    expect(entries(await there.browser.open(account()))).toHaveLength(count);
    expect(await statusWith(here.tokens)).toEqual(GOES_ON);
  });

  it("ends nobody else's session", async () => {
    const other = await logIn('colleague@northgate.example');
    const page = await other.browser.open(account());
    const [browser] = entries(await here.browser.open(account())).map(
      (entry) => entry.querySelector('[name=browser]')?.getAttribute('value') ?? '',
    );

    await other.browser.submit(page, '/sessions/end', { browser: browser ?? '' });

    expect(await statusWith(here.tokens)).toEqual(GOES_ON);
    expect(await statusWith(there.tokens)).toEqual(GOES_ON);
  });

  it('ends all others, with all that came of them, and this one goes on', async () => {
    const done = await here.browser.submit(await here.browser.open(account()), '/sessions/end-others', {});

    expect(done.text).toContain('All other sessions have ended.');
    expect(entries(done)).toHaveLength(1);
    expect(await statusWithinASecond(there.tokens)).toEqual(ENDED);
    expect(await statusWith(here.tokens)).toEqual(GOES_ON);
    await expect(there.renew(there.tokens.refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await there.browser.open(account())).address).toContain('/interaction/');
  });

  it('ends this one, which then has to log in', async () => {
    const login = await here.browser.submit(await here.browser.open(account()), '/sessions/end', {});

    expect(login.address).toContain('/interaction/');
    expect(await statusWithinASecond(here.tokens)).toEqual(ENDED);
  });
});

describe('the account page', () => {
  it('needs a login, and says so when it is cancelled', async () => {
    const browser = openBrowserSession(frontendOrigin());
    const login = await browser.open(account());
    const cancelled = await browser.submit(login, '/abort', {});

    expect(login.address).toContain('/interaction/');
    expect(cancelled).toMatchObject({ status: 403, text: expect.stringContaining('You are not logged in') });
  });
});
