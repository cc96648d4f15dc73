/** Pages of the account that are about an authenticator app. */
import type { AccountVisitor } from '../account/visitor.ts';
import type { AppToSetUp } from '../login/new-app.ts';
import { accountForm } from './account-page.ts';
import { html } from './html.ts';
import { page, problem } from './layout.ts';
import { appToScan, codeField, recoveryCodeList } from './login-pages.ts';

export interface NewAppPage {
  readonly app: AppToSetUp;
  readonly hasPassword: boolean;
  readonly problem: string | undefined;
  readonly fewestCharacters: number;
}

export function newAppPage(visitor: AccountVisitor, { app, hasPassword, problem: text, fewestCharacters }: NewAppPage) {
  return page(
    'Set up your authenticator app',
    html`${problem(text)}
${appToScan(app)}
${accountForm(
  visitor,
  'app/set',
  html`<input type="hidden" name="sealed" value="${app.sealed}">
${
  hasPassword
    ? undefined
    : html`<label for="password">A password to go with it, at least ${fewestCharacters} characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${fewestCharacters}" maxlength="1024" required>`
}
${codeField(text)}
<button type="submit">Confirm</button>`,
)}
<p class="aside"><a href="/account">Back to your account</a></p>`,
  );
}

export function newCodesPage(codes: readonly string[]): string {
  return page(
    'Store your recovery codes',
    html`${recoveryCodeList(codes)}
<p>Those of before don't work any more.</p>
<p><a class="button" href="/account">I have stored them</a></p>`,
  );
}

export function noAppPage(): string {
  return page(
    'There is no authenticator app',
    html`<p>Recovery codes stand in for one. <a href="/account">Back to your account</a></p>`,
  );
}
