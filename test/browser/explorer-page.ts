/** What people do on the explorer's page, and what a curious program would find there. */
import { setTimeout as wait } from 'node:timers/promises';
import { currentCode, secondsLeft } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { loadMasterKey } from '@commonhold/platform/secrets/master-key.ts';
import type { Page } from 'playwright-core';
import { system } from '../system/description.ts';

/** What the issuer gave to the page, in the order in which it came. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly token_type: string;
}

/** @returns a list that grows with each answer of the issuer's token endpoint */
export function watchTokens(page: Page): readonly TokenAnswer[] {
  const answers: TokenAnswer[] = [];
  page.on('response', async (response) => {
    if (new URL(response.url()).pathname === '/token' && response.ok()) answers.push(await response.json());
  });
  return answers;
}

/** Opens the explorer and logs in as a persona: password, then the code of the authenticator app. */
export async function logIn(page: Page, email: string): Promise<void> {
  const masterKey = await loadMasterKey({ ...process.env, ...system().environment });
  await page.goto(system().graphqlUrl);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Login name').fill(email);
  await page.getByLabel('Password').fill(personaPassword(masterKey, email));
  await page.getByRole('button', { name: 'Continue' }).click();
  const code = page.getByLabel('Six-digit code');
  // A code is accepted once, and others may log in as the same persona: then the next one, or a fresh one, is.
  for (const stepsAhead of [0, 1, 1]) {
    await code.fill(currentCode(masterKey, email, stepsAhead));
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('#explorer:visible, #problem').waitFor();
    if (await page.locator('#explorer').isVisible()) return;
    if (stepsAhead === 1) await wait(secondsLeft() * 1000 + 500);
  }
  throw new Error('the login was refused');
}

/** Confirms the logout at the issuer, too. */
export async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL(/\/session\/end/);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('You are logged out.').waitFor();
}

/** Opens an example in GraphiQL, and waits until that has read which operation it is. */
export async function openExample(page: Page, title: string, operationName: string): Promise<void> {
  await page.getByRole('button', { name: title }).click();
  await page.locator('.graphiql-tab-active', { hasText: operationName }).waitFor();
}

/** Writes an operation with a name, and waits until GraphiQL has read which it is. */
export async function writeInGraphiql(
  page: Page,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const texts = { 'graphiql-query-editor': query, 'graphiql-editor-tool': JSON.stringify(variables) };
  for (const [editor, text] of Object.entries(texts)) {
    const element = `document.querySelector('.${editor} .CodeMirror')`;
    await page.evaluate(`${element}.CodeMirror.setValue(${JSON.stringify(text)})`);
  }
  await page.locator('.graphiql-tab-active', { hasText: /\w+ (\w+)/.exec(query)?.[1] ?? '' }).waitFor();
}

/** Runs what stands in GraphiQL's editor. */
export async function runInGraphiql(page: Page): Promise<{ readonly data?: unknown; readonly errors?: unknown }> {
  const answered = page.waitForResponse((response) => response.url() === system().graphqlUrl);
  await page.getByRole('button', { name: /Execute query/ }).click();
  await answered;
  await page.locator('.result-window').getByText('"data"').waitFor();
  return JSON.parse(await page.evaluate("document.querySelector('.result-window .CodeMirror').CodeMirror.getValue()"));
}

/** The fields of a type as GraphiQL's documentation lists them. */
export async function documentedFields(page: Page, typeName: string): Promise<readonly string[]> {
  const documentation = page.locator('.graphiql-plugin');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await documentation.getByText(typeName, { exact: true }).first().click();
  await documentation.locator('.graphiql-doc-explorer-title', { hasText: typeName }).waitFor();
  return documentation.locator('.graphiql-doc-explorer-field-name').allTextContents();
}

/** Every text that the page leaves where another program, page or person may find it. */
export async function tracesOf(page: Page): Promise<string> {
  const kept = await page.evaluate(`(async () => JSON.stringify({
    local: { ...localStorage },
    session: { ...sessionStorage },
    cookies: document.cookie,
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    address: location.href,
    html: document.documentElement.outerHTML,
  }))()`);
  const devtools = await page.context().newCDPSession(page);
  const history = await devtools.send('Page.getNavigationHistory');
  await devtools.detach();
  return `${kept}\n${JSON.stringify(history)}`;
}
