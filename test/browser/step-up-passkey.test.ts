/** The product as it is: a login by password and code is challenged for a passkey, and the page goes on after it. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { system } from '../system/description.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { logIn, type TokenAnswer, watchTokens, writeInGraphiql } from './explorer-page.ts';
import { addAuthenticator, type VirtualAuthenticator } from './virtual-authenticator.ts';

const REMOVE = `mutation RemoveProvider($key: ID!) {
  removeIdentityProvider(input: { idempotencyKey: $key }) { identityProvider { issuer } }
}`;

let chromium: Chromium;
let page: Page;
let tokens: readonly TokenAnswer[];
let device: VirtualAuthenticator;

beforeAll(async () => {
  chromium = await startChromium();
  page = await chromium.open();
  tokens = watchTokens(page);
  await logIn(page, 'company-admin@riverside.example');
  device = await enrolPasskey();
}, 180_000);
afterAll(() => chromium?.stop());

/** On the account page, where the login of the explorer is good, too. */
async function enrolPasskey(): Promise<VirtualAuthenticator> {
  const account = await chromium.open();
  const authenticator = await addAuthenticator(account);
  await account.goto(`http://localhost:${Number(system().environment.PORT_BASE) + 100}/account`);
  await account.getByRole('button', { name: 'Add a passkey' }).click();
  await account.getByLabel('What you call it').fill('Blue key');
  await account.getByRole('button', { name: 'Make the passkey' }).click();
  await account.getByText('The passkey was added.').waitFor();
  return authenticator;
}

describe('a company admin who logged in by password and code', () => {
  it('changes how everybody logs in only after a login by passkey, and the page repeats what they ran', async () => {
    await writeInGraphiql(page, REMOVE, { key: crypto.randomUUID() });
    await page.getByRole('button', { name: /Execute query/ }).click();
    const offer = page.locator('#step-up');
    await offer.getByText('A new login that cannot be phished is needed').waitFor();

    const opened = chromium.context.waitForEvent('page');
    await offer.getByRole('button', { name: 'Log in again and repeat' }).click();
    const login = await opened;
    await device.lendTo(login);
    expect(await login.getByLabel('Password').count()).toBe(0);
    await login.getByRole('button', { name: 'Log in with a passkey' }).click();

    await page.locator('.result-window').getByText('"identityProvider": null').waitFor();
    expect(await offer.isVisible()).toBe(false);
    const [before, after] = tokens.map(({ access_token }) => decodeJwt(access_token));
    expect([before?.['acr'], after?.['acr']]).toEqual(['urn:commonhold:acr:mfa', 'urn:commonhold:acr:phr']);
    expect(after?.['cnf']).not.toEqual(before?.['cnf']);
  }, 120_000);

  it('goes on with the new login, and it is renewed as any other', async () => {
    await page.evaluate('{ const now = Date.now; Date.now = () => now() + 4.7 * 60_000; }');
    await writeInGraphiql(page, 'query Me { me { roles } }', {});
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.locator('.result-window').getByText('"COMPANY_ADMIN"').waitFor();
    // What is listened to comes a little later than what is shown.
    while (tokens.length < 3) await wait(20);
    expect(tokens).toHaveLength(3);
    expect(decodeJwt(tokens.at(-1)?.access_token ?? '')['acr']).toBe('urn:commonhold:acr:phr');
  }, 60_000);
});
