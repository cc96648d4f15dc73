import { currentCode } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { beginLogin, startIssuer, type TestIssuer } from '../identity/issuer-process.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { addAuthenticator } from './virtual-authenticator.ts';

const EMAIL = 'dispatcher@northgate.example';

let issuer: TestIssuer;
let chromium: Chromium;
let page: Page;

beforeAll(async () => {
  issuer = await startIssuer();
  chromium = await startChromium({ viewport: { width: 420, height: 900 } });
  page = await chromium.open();
  await addAuthenticator(page);
}, 120_000);
afterAll(async () => {
  await chromium?.stop();
  await issuer?.stop();
});

describe('a passkey in a browser', () => {
  it('is made on the account page, after a login by password and code', async () => {
    await page.goto(`${issuer.url}/account`);
    await page.getByLabel('Login name').fill(EMAIL);
    await page.getByLabel('Password').fill(personaPassword(issuer.masterKey, EMAIL));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Six-digit code').fill(currentCode(issuer.masterKey, EMAIL));
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('What you call it').fill('Blue key');
    await page.getByRole('button', { name: 'Make the passkey' }).click();

    await page.getByText('The passkey was added.').waitFor();
    expect(await page.locator('.entry-title').first().textContent()).toBe('Blue key');
    expect(await page.locator('script').count()).toBe(0);
  });

  it('is not made twice on one device', async () => {
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('button', { name: 'Make the passkey' }).click();

    await page.getByText('This device has a passkey of your account already.').waitFor();
  });

  it('logs in without a name, as surely as a client can ask', async () => {
    await page.context().clearCookies();
    const login = await beginLogin(issuer);
    await page.goto(login.address({ acr_values: 'urn:commonhold:acr:phr' }).href);
    // The client's page isn't there, but what it is sent stands in its address.
    const sentBack = page.waitForRequest((request) => request.url().startsWith(`${issuer.redirectUri}?code=`));
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    const tokens = await login.exchange({ address: (await sentBack).url(), status: 200, text: '' });

    expect(tokens.claims()).toMatchObject({ sub: 'northgate-dispatcher', acr: 'urn:commonhold:acr:phr' });
    expect(chromium.complaints.filter((text) => !text.includes('ERR_CONNECTION_REFUSED'))).toEqual([]);
  });

  it('is asked for by a page that runs nothing that was written into it', async () => {
    await page.context().clearCookies();
    // The one before may still be on its way to the client, which isn't there.
    page = await chromium.open();
    await page.goto((await beginLogin(issuer)).address().href);
    const directive = await page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
      document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.injected = 1' }));
    })`);

    expect(directive).toBe('script-src-elem');
    expect(await page.evaluate('window.injected')).toBeUndefined();
  });
});
