/**
 * What an analyst's page does when the gateway asks for a better login: in front of the product's own subgraphs, with an
 * issuer where a login is a click and as old as the test says.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { FRESH_MFA_SECONDS } from '@commonhold/schema/policy.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { callsOfPartners } from '../policy/answers.ts';
import { type SecondGateway, startSecondGateway } from '../policy/second-gateway.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { tracesOf, writeInGraphiql } from './explorer-page.ts';

const RESIDENT = { subject: 'northgate-resident', tenant: 'northgate', secondsSinceLogin: FRESH_MFA_SECONDS + 60 };
const NEIGHBOUR = { ...RESIDENT, subject: 'northgate-dispatcher' };
const COMPANY_ADMIN = { subject: 'northgate-company-admin', tenant: 'northgate', secondsSinceLogin: 0 };

const NEEDED = 'A new login with a second factor is needed.';

let gateway: SecondGateway;
let lock: string;
beforeAll(async () => {
  gateway = await startSecondGateway();
  const resident = { subject: RESIDENT.subject, company: 'northgate' } as const;
  const { body } = await gateway.ask(resident, '{ devices(first: 20) { nodes { __typename id reachable } } }');
  lock = lockIn(body.data);
}, 120_000);
afterAll(() => gateway?.stop());

let chromium: Chromium;
let page: Page;
/** The ids of all requests of the page that asked for this. */
let requests: string[];
beforeEach(async () => {
  chromium = await startChromium();
  page = await chromium.open();
  requests = [];
  page.on('response', async (response) => {
    const body = response.request().postData() ?? '';
    if (/unlockDoor|removeIdentityProvider/.test(body) && response.status() === 200) {
      requests.push((await response.allHeaders())['x-request-id'] ?? '');
    }
  });
}, 60_000);
afterEach(() => chromium.stop());

/** Their ids come a little later than their answers. */
async function answered(count: number): Promise<void> {
  while (requests.length < count) await wait(20);
  expect(requests).toHaveLength(count);
}

const bar = () => page.locator('#step-up');
const unlock = () =>
  `mutation Unlock { unlockDoor(input: { device: "${lock}", idempotencyKey: "${crypto.randomUUID()}" }) { command { status } } }`;

async function logIn(person: SecondGateway['issuer']['person']): Promise<void> {
  gateway.issuer.person = person;
  await page.goto(gateway.url);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: 'Log in as' }).click();
  await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
}

async function run(query: string): Promise<void> {
  await writeInGraphiql(page, query);
  await page.getByRole('button', { name: /Execute query/ }).click();
}

function shown(): Promise<string> {
  return page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()");
}

/** The window of the new login, once the offer is taken. */
async function takeOffer(): Promise<Page> {
  const opened = chromium.context.waitForEvent('page');
  await bar().getByRole('button', { name: 'Log in again' }).click();
  return opened;
}

describe('a resident who runs the unlocking of a door some minutes after the login', () => {
  beforeEach(async () => {
    await logIn(RESIDENT);
    await run(unlock());
    await bar().getByText(NEEDED).waitFor();
  }, 60_000);

  it('is told what is needed beside the answer, logs in again in a window, and sees the door unlocked', async () => {
    expect(await shown()).toContain('INSUFFICIENT_AUTHENTICATION');
    const login = await takeOffer();
    const asked = new URL(login.url()).searchParams;
    expect([asked.get('acr_values'), asked.get('max_age')]).toEqual(['urn:commonhold:acr:mfa', '300']);
    const closed = login.waitForEvent('close');
    await login.getByRole('link', { name: 'Log in as' }).click();
    await page.locator('.result-window').getByText('"DONE"').waitFor();
    await closed;
    expect(await bar().isVisible()).toBe(false);
    await answered(2);
    expect(await callsOfPartners(requests[0] ?? '')).toEqual([]);
    expect(await callsOfPartners(requests[1] ?? '')).not.toEqual([]);
    expect(await tracesOf(page)).not.toMatch(/[?&]code=|eyJ/);
    expect(chromium.complaints.filter((text) => !/40[01] \(/.test(text))).toEqual([]);
  });

  it('finds everything as it was after leaving it', async () => {
    const before = await shown();
    await bar().getByRole('button', { name: 'Leave it' }).click();
    expect([await bar().isVisible(), await shown()]).toEqual([false, before]);
    await page.getByRole('button', { name: /Execute query/ }).click();
    await bar().getByText(NEEDED).waitFor();
    await answered(2);
  });

  it('finds everything as it was after a login that is cancelled, and may try again', async () => {
    const before = await shown();
    const login = await takeOffer();
    await login.getByRole('link', { name: 'Cancel' }).click();
    await bar().getByRole('alert').getByText('The login was cancelled.').waitFor();
    expect([await shown(), requests.length]).toEqual([before, 1]);
    await (await takeOffer()).getByRole('link', { name: 'Log in as' }).click();
    await page.locator('.result-window').getByText('"DONE"').waitFor();
    await answered(2);
  });

  it('has nothing repeated by a login that comes after they left it', async () => {
    const before = await shown();
    const login = await takeOffer();
    await bar().getByRole('button', { name: 'Cancel' }).click();
    await login.getByRole('link', { name: 'Log in as' }).click();
    await login.getByText('Nothing waits for this login any more.').waitFor();
    expect([await shown(), requests.length]).toEqual([before, 1]);
  });

  it('has nothing done as somebody else, who logs in in the window', async () => {
    const owner = await page.locator('#account-name').textContent();
    gateway.issuer.person = NEIGHBOUR;
    await (await takeOffer()).getByRole('link', { name: 'Log in as' }).click();
    await bar().getByRole('alert').getByText('That was the login of somebody else.').waitFor();
    await answered(1);
    expect(await page.locator('#account-name').textContent()).toBe(owner);
  });

  it('has it repeated once, not more, when the new login is no better', async () => {
    gateway.issuer.person = { ...RESIDENT, isStubborn: true };
    await (await takeOffer()).getByRole('link', { name: 'Log in as' }).click();
    await bar().getByText('Your new login was not enough for it.').waitFor();
    await answered(2);
    expect(await shown()).toContain('INSUFFICIENT_AUTHENTICATION');
    expect(await bar().getByRole('button').allTextContents()).toContain('Close');
  });

  it('is not offered to repeat it again when its repetition got no answer', async () => {
    const login = await takeOffer();
    let sent = 0;
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('unlockDoor')) return route.continue();
      sent += 1;
      await route.fetch();
      return route.abort();
    });
    await login.getByRole('link', { name: 'Log in as' }).click();
    await bar().getByText('no answer came').waitFor();
    expect(await bar().getByRole('button').allTextContents()).not.toContain('Log in again and repeat');
    expect(sent).toBe(1);
  });

  it('is not offered to repeat what was carried out in part', async () => {
    const lockFirst = `lockDoor(input: { device: "${lock}", idempotencyKey: "${crypto.randomUUID()}" }) { command { status } }`;
    await bar().getByRole('button', { name: 'Leave it' }).click();
    await run(unlock().replace('Unlock {', `LockAndUnlock { ${lockFirst}`));
    await bar().getByText('A part of what you ran was carried out').waitFor();
    await (await takeOffer()).getByRole('link', { name: 'Log in as' }).click();
    await bar().waitFor({ state: 'hidden' });
    await answered(2);
  });
});

describe('a company admin who logged in with a code', () => {
  it('is asked for a login that cannot be phished before the way to log in is changed', async () => {
    await logIn(COMPANY_ADMIN);
    await run(
      `mutation RemoveProvider { removeIdentityProvider(input: { idempotencyKey: "${crypto.randomUUID()}" }) { identityProvider { issuer } } }`,
    );
    await bar().getByText('A new login that cannot be phished is needed, such as by a passkey.').waitFor();
    const login = await takeOffer();
    expect(new URL(login.url()).searchParams.get('acr_values')).toBe('urn:commonhold:acr:phr');
    await login.getByRole('link', { name: 'Log in as' }).click();
    await page.locator('.result-window').getByText('"identityProvider": null').waitFor();
    await answered(2);
  }, 60_000);
});

function lockIn(data: unknown): string {
  const { devices } = data as { devices: { nodes: { __typename: string; id: string; reachable: boolean }[] } };
  const found = devices.nodes.find(({ __typename, reachable }) => __typename === 'DoorLock' && reachable);
  if (!found) throw new Error('there is no lock to open');
  return found.id;
}
