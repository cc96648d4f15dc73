/** What a person does with a passkey at an issuer, over HTTP: the authenticator is one in software. */
import { type BrowserSession, openBrowserSession, type Visited } from '@commonhold/development/browser-session.ts';
import { currentCode } from '@commonhold/development/persona-totp.ts';
import { personaPassword } from '@commonhold/development/personas.ts';
import { type Authenticator, createAuthenticator, type Lies } from '@commonhold/gateway/testing/authenticator.ts';
import { parse } from 'node-html-parser';
import { Secret, TOTP } from 'otpauth';
import type { LoginIssuer } from './issuer-process.ts';

export const PASSKEY_NAME = 'canary of a passkey';

/** What a page asks an authenticator, as JSON. @throws {Error} when it asks for none */
export function questionOf(page: Visited, action: string): string {
  const question = parse(page.text).querySelector(`form[action$="${action}"]`)?.getAttribute('data-options');
  if (question === undefined) throw new Error(`the page asks for no passkey: ${page.address}`);
  return question;
}

/** The authenticator app that a page sets up. */
export function appOn(page: Visited): TOTP {
  const secret = parse(page.text).querySelector('.key')?.text.replaceAll(' ', '') ?? '';
  return new TOTP({ secret: Secret.fromBase32(secret) });
}

/** Sends what the authenticator answers to the login page. */
export function sendPasskey(
  browser: BrowserSession,
  page: Visited,
  authenticator: Authenticator,
  lies?: Lies,
): Promise<Visited> {
  return browser.submit(page, '/passkey', { answer: authenticator.get(questionOf(page, '/passkey'), lies) });
}

/** Sends what a new passkey answers to the account page. */
export function sendNewPasskey(
  browser: BrowserSession,
  page: Visited,
  authenticator: Authenticator,
  lies?: Lies,
): Promise<Visited> {
  const action = '/passkeys/add';
  return browser.submit(page, action, {
    answer: authenticator.create(questionOf(page, action), lies),
    name: PASSKEY_NAME,
  });
}

/** The account page, after a login by password and code. */
export async function openAccount(
  issuer: LoginIssuer,
  email: string,
  browser: BrowserSession = openBrowserSession(issuer.logoutUri),
): Promise<{ readonly browser: BrowserSession; readonly page: Visited }> {
  const first = await browser.open(`${issuer.url}/account`);
  const password = personaPassword(issuer.masterKey, email);
  const second = await browser.submit(first, '/password', { loginName: email, password });
  const page = await browser.submit(second, '/totp', { code: currentCode(issuer.masterKey, email) });
  return { browser, page };
}

/** A persona with a passkey, which logged in by password and code to add it. */
export async function addPasskey(
  issuer: LoginIssuer,
  email: string,
  options: { readonly isSynced?: boolean; readonly counts?: boolean } = {},
): Promise<{ readonly authenticator: Authenticator; readonly browser: BrowserSession; readonly page: Visited }> {
  const authenticator = createAuthenticator({ origin: issuer.url, ...options });
  const { browser, page } = await openAccount(issuer, email);
  const form = await browser.submit(page, '/passkeys/new', {});
  return { authenticator, browser, page: await sendNewPasskey(browser, form, authenticator) };
}
