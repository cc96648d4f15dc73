import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { type Shop, startShop } from '@commonhold/gateway/testing/shop.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startProcess, type TestProcess } from '../processes.ts';
import { type Chromium, startChromium } from './chromium.ts';

let folder: string;
let shop: Shop;
let gateway: TestProcess;
let chromium: Chromium;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-'));
  shop = await startShop();
  const file = join(folder, 'shop.graphql');
  await shop.writeSupergraph(file);
  const port = await freePort();
  url = `http://localhost:${port}/graphql`;
  gateway = await startProcess(
    'gateway/main.ts',
    { DATA_DIR: join(folder, 'data'), MASTER_KEY_FILE: join(folder, 'none') },
    ['--supergraph', file, '--port', String(port), '--authentication', 'optional'],
  );
  chromium = await startChromium();
}, 120_000);
afterAll(async () => {
  await chromium.stop();
  await gateway.stop();
  await shop.stop();
  await rm(folder, { recursive: true });
});

describe("the explorer of somebody else's supergraph without an issuer", () => {
  it('asks for no login, and shows what everybody may ask', async () => {
    const page = await chromium.open();
    await page.goto(url);
    await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
    expect(await page.getByRole('button', { name: /Log (in|out)/ }).count()).toBe(0);
    const asked = await page.locator('#query-list dt').allTextContents();
    expect(asked).toContain('products');
    expect(asked).not.toContain('cost');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.locator('.result-window').getByText('"Query"').waitFor();
    expect(chromium.complaints).toEqual([]);
  });
});
