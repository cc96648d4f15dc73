import { makeProofKey } from '@commonhold/development/proof-key.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { post } from '../system/client.ts';
import { system } from '../system/description.ts';
import { type Chromium, startChromium } from './chromium.ts';
import {
  documentedFields,
  logIn,
  logOut,
  openExample,
  runInGraphiql,
  type TokenAnswer,
  tracesOf,
  watchTokens,
} from './explorer-page.ts';

let chromium: Chromium;
let page: Page;
let tokens: readonly TokenAnswer[];

beforeAll(async () => {
  chromium = await startChromium();
  page = await chromium.open();
  tokens = watchTokens(page);
}, 120_000);
afterAll(() => chromium.stop());

describe('an analyst who opens /graphql in a browser', () => {
  beforeAll(() => logIn(page, 'analyst@northgate.example'), 120_000);

  it('sees who they are and what they may ask', async () => {
    const guide = page.locator('#guide');
    await guide.getByText('northgate-analyst').waitFor();
    await guide.getByText('Northgate Homes').waitFor();
    expect(await page.getByRole('list', { name: 'Your roles' }).getByRole('listitem').allTextContents()).toEqual([
      'Analyst',
    ]);
    const asked = await page.locator('#query-list dt').allTextContents();
    expect(asked).toContain('consumptionStatistics');
    expect(asked).not.toContain('people');
    const changed = await page.locator('#mutation-list dt').allTextContents();
    expect(changed).toContain('markNoticesRead');
    expect(changed).not.toContain('giveConsent');
  });

  it('runs an example in GraphiQL and sees the data', async () => {
    await openExample(page, 'Consumption by building', 'ConsumptionByBuilding');
    const { data, errors } = await runInGraphiql(page);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      consumptionStatistics: expect.arrayContaining([
        {
          month: expect.any(String),
          property: { name: expect.any(String) },
          residences: expect.any(Number),
          averageConsumption: expect.any(String),
          suppressed: false,
        },
      ]),
    });
  });

  it('finds in the documentation the fields of the role alone', async () => {
    const fields = await documentedFields(page, 'UtilityAccount');
    expect(fields).toContain('meters');
    expect(fields).not.toContain('balanceEuros');
    expect(fields).not.toContain('holderName');
  });

  it('goes on with a new token when the old one is about to end', async () => {
    const before = tokens.length;
    await page.evaluate('{ const now = Date.now; Date.now = () => now() + 4.7 * 60_000; }');
    await openExample(page, 'My roles and rights', 'MyRights');
    expect(await runInGraphiql(page)).toMatchObject({ data: { me: { roles: ['ANALYST'] } } });
    expect(tokens).toHaveLength(before + 1);
    expect(tokens.at(-1)?.access_token).not.toBe(tokens.at(-2)?.access_token);
  });

  it('holds tokens that nobody else can use', async () => {
    const key = await makeProofKey();
    const address = system().graphqlUrl;
    for (const { access_token, token_type } of tokens) {
      expect([token_type, decodeJwt(access_token)['cnf']]).toEqual(['DPoP', { jkt: expect.any(String) }]);
      const dpop = await key.prove({ method: 'POST', address, accessToken: access_token, nonce: undefined });
      for (const headers of [
        { authorization: `Bearer ${access_token}` },
        { authorization: `DPoP ${access_token}`, dpop },
      ]) {
        const { status } = await post(address, { query: '{ __typename }' }, headers);
        expect(status).toBe(401);
      }
    }
  });

  it('leaves no token in storage, cookies, address, history or document', async () => {
    const traces = await tracesOf(page);
    for (const { access_token, refresh_token, id_token } of tokens) {
      for (const token of [access_token, refresh_token, id_token]) {
        expect(token.length).toBeGreaterThan(20);
        expect(traces).not.toContain(token);
        expect(chromium.addresses.join('\n')).not.toContain(token);
      }
    }
    expect(traces).not.toMatch(/[?&]code=/);
  });

  it('has asked nobody but this machine, and the page has no complaint', async () => {
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('dialog').getByText('Clear storage').waitFor();
    await page.keyboard.press('Escape');
    expect([...new Set(chromium.addresses.map((address) => new URL(address).hostname))]).toEqual(['localhost']);
    // The first proof to the issuer, and the first to the gateway, is told which nonce it needs.
    const nonceNeeded = ['400 (Bad Request)', '401 (Unauthorized)'].map((status) => expect.stringContaining(status));
    expect(chromium.complaints).toEqual(nonceNeeded);
  });

  it('is logged out at the issuer too, and nothing of the login is left', async () => {
    await logOut(page);
    expect(page.url()).toBe(system().graphqlUrl);
    expect(await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).toBe('[{},{}]');
    expect(await page.getByText('northgate-analyst').count()).toBe(0);

    await page.goBack();
    await page.goForward();
    expect(await page.locator('#explorer').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('Password').waitFor();

    const issuer = `http://localhost:${Number(system().environment.PORT_BASE) + 100}`;
    const form = {
      grant_type: 'refresh_token',
      client_id: 'explorer',
      refresh_token: tokens.at(-1)?.refresh_token ?? '',
    };
    const refused = await fetch(`${issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
    expect(await refused.json()).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('a security officer whose login is ended elsewhere', () => {
  it('is told so, and sees nothing any more', async () => {
    await logIn(page, 'security-officer@northgate.example');
    await openExample(page, 'People of the company', 'People');
    expect(await runInGraphiql(page)).toMatchObject({ data: { people: { nodes: expect.any(Array) } } });

    const issuer = `http://localhost:${Number(system().environment.PORT_BASE) + 100}`;
    const form = { client_id: 'explorer', token: tokens.at(-1)?.refresh_token ?? '' };
    await fetch(`${issuer}/token/revocation`, { method: 'POST', body: new URLSearchParams(form) });
    await page.evaluate('{ const now = Date.now; Date.now = () => now() + 4.7 * 60_000; }');
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.getByRole('alert').getByText('Your session has ended').waitFor();
    expect(await page.locator('#explorer').isVisible()).toBe(false);
    expect(await page.locator('.graphiql-container').count()).toBe(0);
  }, 120_000);
});
