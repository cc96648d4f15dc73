import { type ShopGateway, startShopGateway } from '@commonhold/gateway/testing/shop-gateway.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Chromium, startChromium } from './chromium.ts';

let gateway: ShopGateway;
let chromium: Chromium;

beforeAll(async () => {
  gateway = await startShopGateway();
  chromium = await startChromium();
}, 120_000);
afterAll(async () => {
  await chromium.stop();
  await gateway.stop();
});

describe("the explorer of somebody else's supergraph without an issuer", () => {
  it('asks for no login, and shows what everybody may ask', async () => {
    const page = await chromium.open();
    await page.goto(gateway.url);
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
