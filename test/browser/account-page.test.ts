import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ENDED, logIn as logInElsewhere, type PersonaLogin, statusWithinASecond } from '../identity/persona-login.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { logIn } from './explorer-page.ts';

const EMAIL = 'colleague@northgate.example';

let chromium: Chromium;
let page: Page;
let elsewhere: PersonaLogin;

beforeAll(async () => {
  elsewhere = await logInElsewhere(EMAIL);
  chromium = await startChromium({ viewport: { width: 420, height: 900 } });
  page = await chromium.open();
  await logIn(page, EMAIL);
}, 120_000);
afterAll(() => chromium?.stop());

describe('a security briefing that is due', () => {
  it('is shown above the editor, as text, and goes when it is confirmed', async () => {
    const banner = page.getByRole('region', { name: 'Your yearly security briefing is due' });
    await banner.getByText('Look only at what your work needs.').waitFor();
    await banner.getByRole('button', { name: 'I have read it and act by it' }).click();
    await banner.waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('#explorer').waitFor();
    await page.locator('.graphiql-container').waitFor();
    expect(await banner.isVisible()).toBe(false);
  });
});

describe("one's own sessions in a browser", () => {
  it('are one click away from the explorer, and end there without a script', async () => {
    await page.getByRole('link', { name: 'Your sessions' }).click();
    await page.getByRole('heading', { name: 'Where you are logged in' }).waitFor();
    const sessions = page.locator('.entries li');
    const here = sessions.filter({ hasText: 'this session' });
    await here.getByText('Computer with Linux').waitFor();
    await here.getByText('Commonhold Explorer').waitFor();
    await sessions.filter({ hasText: 'Commonhold Frontend' }).first().waitFor();

    await page.getByRole('button', { name: 'End all others' }).click();

    await page.getByText('All other sessions have ended.').waitFor();
    expect(await sessions.count()).toBe(1);
    expect(await statusWithinASecond(elsewhere.tokens)).toEqual(ENDED);
    expect(await page.locator('script').count()).toBe(0);
    expect(chromium.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});
