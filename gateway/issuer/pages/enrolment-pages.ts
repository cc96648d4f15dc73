/** What people see who set up a login by a link. */
import type { PublicKeyCredentialCreationOptionsJSON } from '@simplewebauthn/server';
import type { AppToSetUp } from '../login/new-app.ts';
import { html } from './html.ts';
import { describedByProblem, page, problem } from './layout.ts';
import { appToScan, codeField, recoveryCodeList } from './login-pages.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from './passkey-form.ts';

export interface FactorsPage {
  /** `/invitation/<token>` */
  readonly path: string;
  readonly problem: string | undefined;
  readonly name: string;
  readonly loginName: string;
  readonly passkey: PublicKeyCredentialCreationOptionsJSON;
  readonly app: AppToSetUp;
  readonly fewestCharacters: number;
}

/** Sent with `sendWithScripts`. */
export function factorsPage({
  path,
  problem: text,
  name,
  loginName,
  passkey,
  app,
  fewestCharacters,
}: FactorsPage): string {
  return page(
    'Set up how you log in',
    html`<p>Hello ${name}, your login name is <strong>${loginName}</strong>.</p>
${problem(text)}
<h2>With a passkey</h2>
<p>Your device's lock logs you in, here and nowhere else.</p>
${passkeyForm({ action: `${path}/passkey`, ceremony: 'create', options: passkey, label: 'Make a passkey' })}
<noscript><p>A passkey needs scripts, which your browser doesn't run.</p></noscript>
<h2>With a password and an authenticator app</h2>
${appToScan(app)}
<form method="post" action="${path}/password">
<input type="hidden" name="sealed" value="${app.sealed}">
<label for="password">Password, at least ${fewestCharacters} characters</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${fewestCharacters}" maxlength="1024" required${describedByProblem(text)}>
${codeField(text, false)}
<button type="submit">Set it up</button>
</form>`,
    PASSKEY_SCRIPTS,
  );
}

export function enrolledByPasskeyPage(): string {
  return page(
    'Your passkey is set up',
    html`<p>Log in with it from now on. Add another one on a second device, so that you don't depend on this one.</p>
<p><a class="button" href="/account">Go to your account</a></p>`,
  );
}

export function enrolledByAppPage(recoveryCodes: readonly string[]): string {
  return page(
    'Store your recovery codes',
    html`${recoveryCodeList(recoveryCodes)}
<p><a class="button" href="/account">I have stored them</a></p>`,
  );
}

/** Whatever is wrong with a link. */
export function spentLinkPage(): string {
  return page(
    "This link can't be used",
    html`<p>It was used, is too old, or was never sent. Ask your company's administrator for another one.</p>`,
  );
}
