/**
 * The whole life of a person at a company, in a real browser: put in by the company's provider, invited, with a passkey,
 * granted, at work, asked for more, reviewed, robbed of the laptop, and removed.
 *
 * `PICTURES=folder` keeps a picture of each step.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { HeldToken } from '@commonhold/development/fetch-with-token.ts';
import { obtainToken } from '@commonhold/development/obtain-token.ts';
import { startMailServer, type TestMailServer } from '@commonhold/directory/testing/mail-server.ts';
import { freePort } from '@commonhold/gateway/testing/listen.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import { loadIdentity } from '@commonhold/platform/tls/identity.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import { post } from '../system/client.ts';
import { chooseEnvironment, startProduct, type TestProduct } from '../system/product.ts';
import { givePasskey } from '../system/strong-login.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { addAuthenticator, type VirtualAuthenticator } from './virtual-authenticator.ts';

const NAME = 'ada.example@northgate.example';
const PASSWORD = 'correct horse battery staple';

let product: TestProduct;
let mailServer: TestMailServer;
let laptop: Chromium;
let phone: Chromium;
let page: Page;
let device: VirtualAuthenticator;
const staff = new Map<string, HeldToken>();

let user: string;
let scimToken: string;
let codes: readonly string[];
let app: TOTP;

beforeAll(async () => {
  const environment = await chooseEnvironment('person');
  const port = await freePort();
  product = await startProduct(environment, {
    SMTP_URL: `smtp://localhost:${port}`,
    MAIL_FROM: 'commonhold@northgate.example',
  });
  const identity = await loadIdentity(
    'directory',
    `${environment.DATA_DIR}/tls`,
    await loadMasterKey({ ...environment }),
  );
  mailServer = await startMailServer(identity, undefined, port);
  laptop = await startChromium();
  phone = await startChromium({ viewport: { width: 420, height: 900 } });
  page = await laptop.open();
  device = await addAuthenticator(page);
}, 180_000);
afterAll(async () => {
  await laptop?.stop();
  await phone?.stop();
  await product?.stop();
  await mailServer?.stop();
  await product?.remove();
});

/** What somebody of the company's staff asks, logged in once. */
async function ask(email: string, query: string, input?: object): Promise<Record<string, unknown>> {
  const token =
    staff.get(email) ?? (await obtainToken({ environment: { ...process.env, ...product.environment }, email }));
  staff.set(email, token);
  const { body } = await post(product.graphqlUrl, { query, variables: { input } }, {}, token);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return z.record(z.string(), z.unknown()).parse(body.data);
}
const ADMIN = 'company-admin@northgate.example';
const OFFICER = 'security-officer@northgate.example';
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const once = () => ({ idempotencyKey: crypto.randomUUID() });

async function scim(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(new URL(`/scim/v2/northgate${path}`, product.graphqlUrl), {
    method,
    headers: { authorization: `Bearer ${scimToken}`, 'content-type': 'application/scim+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  const text = await response.text();
  return text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
}

async function picture(of: Page, name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder !== undefined) await of.screenshot({ path: join(folder, `${name}.png`) });
}

async function until<Value>(find: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    const found = await find();
    if (found !== undefined) return found;
    await wait(50);
  }
  throw new Error('it did not come');
}

/** Runs an operation in GraphiQL. @returns what is shown */
async function run(query: string): Promise<string> {
  await page.locator('.graphiql-query-editor .CodeMirror').waitFor();
  await page.evaluate(
    `document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(${JSON.stringify(query)})`,
  );
  await page.locator('.graphiql-tab-active', { hasText: query.split(' ')[1] ?? '' }).waitFor();
  const answered = page.waitForResponse((response) => response.url() === product.graphqlUrl);
  await page.getByRole('button', { name: /Execute query/ }).click();
  await answered;
  await page
    .locator('.result-window')
    .getByText(/"data"|"errors"/)
    .first()
    .waitFor();
  return page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()");
}

async function logInByPassword(on: Page, secondFactor: (on: Page) => Promise<void>): Promise<void> {
  await on.getByLabel('Login name').fill(NAME);
  await on.getByLabel('Password').fill(PASSWORD);
  await on.getByRole('button', { name: 'Continue' }).click();
  await secondFactor(on);
}

/** The link in the invitation that came after so many mails. */
async function invitationAfter(mails: number): Promise<string> {
  const link = /http:\/\/localhost:\d+\/invitation\/[\w.=-]+/;
  return until(() =>
    mailServer.received
      .slice(mails)
      .filter(({ to }) => to.includes(NAME))
      .map(({ text }) => link.exec(text.replaceAll('=\r\n', ''))?.[0])
      .find((found) => found !== undefined),
  );
}

/** On an invitation's page. @returns the app that it was set up with */
async function setUpPassword(on: Page): Promise<TOTP> {
  await on.getByText("I can't scan it").click();
  const key = (await on.locator('code.key').textContent())?.replaceAll(' ', '') ?? '';
  const own = new TOTP({ secret: Secret.fromBase32(key) });
  await on.getByLabel('Password, at least 12 characters').fill(PASSWORD);
  await on.getByLabel('Six-digit code').fill(own.generate());
  await on.getByRole('button', { name: 'Set it up' }).click();
  await on.getByRole('heading', { name: 'Store your recovery codes' }).waitFor();
  return own;
}

const byCodeOf = async (own: TOTP, on: Page): Promise<void> => {
  // The code of now was used when the app was set up.
  await on.getByLabel('Six-digit code').fill(own.generate({ timestamp: Date.now() + 30_000 }));
  await on.getByRole('button', { name: 'Log in' }).click();
};
const byCode = (on: Page): Promise<void> => byCodeOf(app, on);
const byRecoveryCode = async (on: Page): Promise<void> => {
  await on.getByRole('link', { name: 'Use a recovery code instead' }).click();
  await on.getByLabel('Recovery code').fill(codes[0] ?? '');
  await on.getByRole('button', { name: 'Log in' }).click();
};

describe('somebody new', () => {
  it("is put in by the company's provider, and invited by mail", async () => {
    const logIn = await givePasskey({ ...process.env, ...product.environment }, ADMIN);
    staff.set(ADMIN, await logIn());
    const { createProvisioningToken } = await ask(
      ADMIN,
      'mutation ($input: CreateProvisioningTokenInput!) { createProvisioningToken(input: $input) { token } }',
      { until: inDays(30), ...once() },
    );
    scimToken = z.object({ token: z.string() }).parse(createProvisioningToken).token;
    const created = await scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: NAME,
      name: { givenName: 'Ada', familyName: 'Example' },
      emails: [{ value: NAME, type: 'work', primary: true }],
      active: true,
    });
    user = String(created['id']);

    await page.goto(await invitationAfter(0));
    await page.getByText('Hello Ada Example').waitFor();
    await picture(page, '1-invited');
  });

  it('sets up a password with an app, keeps recovery codes, and adds a passkey', async () => {
    app = await setUpPassword(page);
    codes = await page.locator('.codes code').allTextContents();
    await picture(page, '2-recovery-codes');

    await page.getByRole('link', { name: 'I have stored them' }).click();
    await logInByPassword(page, byCode);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByLabel('What you call it').fill('Laptop');
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByText('The passkey was added.').waitFor();
    await picture(page, '3-passkey');
  });

  it('may do nothing yet', async () => {
    await page.goto(product.graphqlUrl);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('No role yet').waitFor();
    await picture(page, '4-no-role');
  });
});

describe('somebody at work', () => {
  it('is granted a wide role by two people', async () => {
    const { grantRole } = await ask(
      ADMIN,
      'mutation ($input: GrantRoleInput!) { grantRole(input: $input) { grant { id state } } }',
      {
        person: await personId(),
        role: 'COMPANY_ADMIN',
        reason: 'Runs the company with us',
        until: inDays(60),
        ...once(),
      },
    );
    const { grant } = z.object({ grant: z.object({ id: z.string(), state: z.string() }) }).parse(grantRole);
    expect(grant.state).toBe('PROPOSED');
    expect(await run('query Roles { me { roles } }')).not.toContain('COMPANY_ADMIN');
    await ask(OFFICER, 'mutation ($input: ApproveGrantInput!) { approveGrant(input: $input) { grant { state } } }', {
      grant: grant.id,
      ...once(),
    });
    expect(await run('query Roles { me { roles } }')).toContain('COMPANY_ADMIN');
  });

  it('confirms the security briefing before personal data is shown', async () => {
    expect(await run('query Before { people(first: 1) { nodes { email } } }')).toContain('BRIEFING_REQUIRED');
    await page.reload();
    await page.getByRole('button', { name: 'Log in' }).click();
    const briefing = page.locator('#briefing');
    await briefing.waitFor();
    await picture(page, '5-briefing');
    await briefing.getByRole('button', { name: 'I have read it and act by it' }).click();
    await briefing.waitFor({ state: 'hidden' });
    expect(await run('query After { people(first: 1) { nodes { email } } }')).toContain('@');
    await picture(page, '6-at-work');
  });

  it('steps up to the passkey for what everybody’s login depends on', async () => {
    const opened = laptop.context.waitForEvent('page');
    const refused = await run(
      `mutation Remove { removeIdentityProvider(input: { idempotencyKey: "${crypto.randomUUID()}" }) { identityProvider { issuer } } }`,
    );
    expect(refused).toContain('urn:commonhold:acr:phr');
    await picture(page, '7-step-up');
    await page.locator('#step-up').getByRole('button', { name: 'Log in again' }).click();
    const login = await opened;
    await device.lendTo(login);
    await login.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.locator('.result-window').getByText('"identityProvider": null').waitFor();
    await picture(page, '8-repeated');
  });

  it('is reviewed, and kept', async () => {
    const { startReview } = await ask(
      OFFICER,
      `mutation ($input: StartReviewInput!) {
        startReview(input: $input) { review { items(first: 50) { nodes { id grant { subject role } } } } }
      }`,
      { name: 'Autumn', endsAt: inDays(10), ...once() },
    );
    const items = reviewed.parse(startReview).review.items.nodes;
    const own = items.find(({ grant }) => grant.subject === user || grant.subject.endsWith(user));
    const { decideReviewItems } = await ask(
      OFFICER,
      `mutation ($input: DecideReviewItemsInput!) {
        decideReviewItems(input: $input) { results { problem item { state } } }
      }`,
      { decisions: [{ item: own?.id ?? '', decision: 'KEEP' }], ...once() },
    );
    expect(decideReviewItems).toEqual({ results: [{ problem: null, item: { state: 'KEPT' } }] });
  });
});

describe('somebody whose laptop is gone', () => {
  it('ends its sessions from the phone, and the laptop is out at once', async () => {
    const other = await phone.open();
    const { origin } = new URL(page.url());
    await other.goto(`http://localhost:${Number(product.environment.PORT_BASE) + 100}/account`);
    await logInByPassword(other, byRecoveryCode);
    await other.getByRole('heading', { name: 'Where you are logged in' }).waitFor();
    await picture(other, '9-sessions');
    await other.getByRole('button', { name: 'End all others' }).click();
    await other.getByText('All other sessions have ended.').waitFor();
    await picture(other, '10-ended');

    const answered = page.waitForResponse((response) => response.url() === `${origin}/graphql`);
    await page.getByRole('button', { name: /Execute query/ }).click();
    expect((await answered).status()).toBe(401);
    await picture(page, '11-laptop-is-out');
  });

  it('gets no further with the passkey on it once that is removed', async () => {
    const [other] = phone.context.pages().slice(-1);
    await other?.getByText('Rename or remove').click();
    await other?.getByRole('button', { name: 'Remove it' }).click();
    await other?.getByText('The passkey was removed.').waitFor();
  });
});

describe('somebody who leaves', () => {
  it('is taken out by the provider, and nothing of theirs works any more', async () => {
    await scim('PATCH', `/Users/${user}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active: false } }],
    });
    const [other] = phone.context.pages().slice(-1);
    await other?.reload();
    await other?.getByLabel('Login name').waitFor();
    if (other) {
      await logInByPassword(other, async (on) => {
        await on.getByRole('link', { name: 'Use a recovery code instead' }).click();
        await on.getByLabel('Recovery code').fill(codes[1] ?? '');
        await on.getByRole('button', { name: 'Log in' }).click();
      });
      await other.getByText('Your account is not active').waitFor();
      await picture(other, '12-removed');
    }
  });
});

describe('somebody who comes back', () => {
  it('is put in again under the same name, invited, and has nothing of before', async () => {
    await scim('DELETE', `/Users/${user}`);
    const mails = mailServer.received.length;
    const created = await scim('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: NAME,
      displayName: 'Ada Again',
    });
    expect(created['id']).not.toBe(user);
    const tab = await phone.open();
    await tab.goto(await invitationAfter(mails));
    await tab.getByText('Hello Ada Again').waitFor();
    const newer = await setUpPassword(tab);
    await tab.getByRole('link', { name: 'I have stored them' }).click();
    await logInByPassword(tab, (on) => byCodeOf(newer, on));
    await tab.getByRole('button', { name: 'Add a passkey' }).waitFor();
    expect(await tab.getByText('Laptop').count()).toBe(0);
    await tab.goto(product.graphqlUrl);
    await tab.getByRole('button', { name: 'Log in' }).click();
    await tab.getByText('No role yet').waitFor({ state: 'attached' });
    await picture(tab, '13-back');
  });
});

const reviewed = z.object({
  review: z.object({
    items: z.object({
      nodes: z.array(z.object({ id: z.string(), grant: z.object({ subject: z.string(), role: z.string() }) })),
    }),
  }),
});

async function personId(): Promise<string> {
  let after: string | null = null;
  for (;;) {
    const { people } = await ask(
      ADMIN,
      `{ people(first: 100, after: ${JSON.stringify(after)}) { nodes { id email } pageInfo { hasNextPage endCursor } } }`,
    );
    const { nodes, pageInfo } = peoplePage.parse(people);
    const found = nodes.find(({ email }) => email === NAME);
    if (found) return found.id;
    if (!pageInfo.hasNextPage) throw new Error('the person is not listed');
    after = pageInfo.endCursor;
  }
}

const peoplePage = z.object({
  nodes: z.array(z.object({ id: z.string(), email: z.string().nullable() })),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
});
