import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { gatherExamples } from '../policy/examples.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { logIn } from './explorer-page.ts';

const DOMAIN = 'riverside.example';

let chromium: Chromium;
let page: Page;

beforeAll(async () => {
  // A review is under way, in which a grant of somebody who has left is listed.
  await gatherExamples(DOMAIN);
  chromium = await startChromium({ viewport: { width: 1440, height: 1000 } });
  page = await chromium.open();
}, 300_000);
afterAll(() => chromium?.stop());

describe('a security officer who opens the reviews', () => {
  beforeAll(async () => {
    await logIn(page, `security-officer@${DOMAIN}`);
    await page.getByRole('tab', { name: 'Reviews' }).click();
    await page.getByRole('table').waitFor();
  }, 120_000);

  const rowsOf = (subject: string) => page.locator('tbody', { hasText: subject });

  it('sees each grant by person, what is proposed, and how far the review is', async () => {
    const dispatcher = rowsOf('riverside-dispatcher');
    expect(await dispatcher.getByRole('cell').allTextContents()).toEqual([
      'Dispatcher',
      'Whole company',
      expect.stringMatching(/20\d\d – .*20\d\d/),
      expect.any(String),
      expect.stringContaining('Keep'),
      expect.any(String),
    ]);
    expect(await page.locator('#reviews-counts').textContent()).toMatch(/grants: \d+ to decide, \d+ kept/);
    expect(await rowsOf('riverside-technician').getByRole('cell').nth(1).textContent()).toContain('(3 residences)');
  });

  it('is offered no decision on their own grant', async () => {
    const own = rowsOf('riverside-security-officer');
    expect(await own.getByRole('button').count()).toBe(0);
    await own.getByText('Yours: for others').waitFor();
  });

  it('keeps a grant, and revokes another by two clicks', async () => {
    const dispatcher = rowsOf('riverside-dispatcher');
    const before = await page.locator('#reviews-bar').getAttribute('value');
    await dispatcher.getByRole('button', { name: 'Keep: Dispatcher of' }).click();
    await dispatcher.getByText('Kept').waitFor();
    expect(Number(await page.locator('#reviews-bar').getAttribute('value'))).toBe(Number(before) + 1);

    const left = rowsOf('riverside-leaver').getByRole('row', { name: /Dispatcher/ });
    await left.getByRole('button', { name: 'Revoke: Dispatcher of' }).click();
    expect(await left.getByText('Revoked').count()).toBe(0);
    await left.getByRole('button', { name: 'Revoke now: Dispatcher of' }).click();
    await left.getByText('Revoked').waitFor();
    expect(await page.locator('#reviews-counts').textContent()).toMatch(/, \d+ revoked/);
  });

  it('takes the review away as a file with its digest', async () => {
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const content = await readFile(await (await downloading).path());
    const status = page.locator('#reviews-status', { hasText: 'SHA-256' });
    await status.waitFor();
    expect(await status.textContent()).toContain(createHash('sha256').update(content).digest('hex'));
    expect(content.toString()).toContain('"riverside-dispatcher","DISPATCHER","COMPANY"');
  });

  it('finds the grants that wait for a decision', async () => {
    await page.locator('#reviews-filter').selectOption('undecided');
    await rowsOf('riverside-dispatcher').waitFor({ state: 'detached' });
    await rowsOf('riverside-resident').waitFor();
  });

  it('reads no complaint of the browser', () => {
    // Codes and nonces are asked for anew on the way in.
    expect(chromium.complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});

describe('somebody who decides in no reviews', () => {
  it('is not offered the tab', async () => {
    const other = await startChromium();
    const opened = await other.open();
    await logIn(opened, `analyst@${DOMAIN}`);
    await opened.locator('#guide').getByText('riverside-analyst').waitFor();
    expect(await opened.getByRole('tab', { name: 'Reviews' }).count()).toBe(0);
    await other.stop();
  }, 120_000);
});
