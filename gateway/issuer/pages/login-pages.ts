/** The steps of a login, one page each. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import { Html, html } from './html.ts';
import { describedByProblem, page, problem } from './layout.ts';
import { PASSKEY_SCRIPTS, passkeyForm } from './passkey-form.ts';

/** Where a page's forms go, and what went wrong on the last try. */
export interface StepPage {
  /** `/interaction/<uid>` */
  readonly path: string;
  readonly problem?: string | undefined;
}

export interface FirstStep extends StepPage {
  /** What people know the client by. */
  readonly client: string | undefined;
  /** What a passkey is asked for with. */
  readonly passkey: PublicKeyCredentialRequestOptionsJSON;
}

/** The first page: a passkey, or a password. Sent with `sendWithScripts`. */
export function firstPage(step: FirstStep): string {
  const { path, problem: text } = step;
  return page(
    'Log in',
    html`${purpose(step)}
${problem(text)}
${passkeyLogin(step)}
<form method="post" action="${path}/password">
<label for="login-name">Login name</label>
<input id="login-name" name="loginName" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required autofocus${describedByProblem(text)}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${describedByProblem(text)}>
<button type="submit">Continue</button>
</form>
<p class="aside"><a href="${path}/company">Use your company's own login</a></p>
<p class="aside"><a href="${path}/lost">I lost what I log in with</a></p>
${abortForm(path)}`,
    PASSKEY_SCRIPTS,
  );
}

/** The first page when nothing but a passkey gives what the client asks for. Sent with `sendWithScripts`. */
export function passkeyOnlyPage(step: FirstStep): string {
  return page(
    'Log in with a passkey',
    html`${purpose(step)}
<p>What you are about to do asks for a passkey: a password with a code isn't enough for it.</p>
${problem(step.problem)}
${passkeyLogin(step)}
<noscript><p>A passkey needs scripts, which your browser doesn't run.</p></noscript>
<p class="aside">No passkey yet? <a href="/account">Add one to your account</a>, then try again.</p>
${abortForm(step.path)}`,
    PASSKEY_SCRIPTS,
  );
}

export function totpPage({ path, problem: text }: StepPage): string {
  return page(
    'Enter your code',
    html`<p>Open your authenticator app and enter the six digits it shows for Commonhold.</p>
${problem(text)}
<form method="post" action="${path}/totp">
${codeField(text)}
<button type="submit">Log in</button>
</form>
<p class="aside"><a href="${path}?factor=recovery-code">Use a recovery code instead</a></p>
<p class="aside"><a href="${path}/lost">I lost the app and the codes</a></p>
${abortForm(path)}`,
  );
}

export function recoveryCodePage({ path, problem: text }: StepPage): string {
  return page(
    'Enter a recovery code',
    html`<p>Use one of the ten codes that you stored when you set up your authenticator app. Each works once.</p>
${problem(text)}
<form method="post" action="${path}/recovery-code">
<label for="code">Recovery code</label>
<input id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required autofocus${describedByProblem(text)}>
<button type="submit">Log in</button>
</form>
<p class="aside"><a href="${path}">Use the authenticator app</a></p>
<p class="aside"><a href="${path}/lost">I lost both</a></p>
${abortForm(path)}`,
  );
}

export interface NewFactor {
  /** What a passkey is made with. */
  readonly passkey: PublicKeyCredentialCreationOptionsJSON;
  /** An SVG image of the `otpauth:` address. */
  readonly qrCode: string;
  /** The same for typing, in base32. */
  readonly secret: string;
}

/** The first factor of an account: a passkey, or an authenticator app. Sent with `sendWithScripts`. */
export function enrolmentPage({ path, problem: text }: StepPage, { passkey, qrCode, secret }: NewFactor): string {
  return page(
    'Set up your second factor',
    html`<p>Commonhold asks for more than a password at every login.</p>
${problem(text)}
${passkeyForm({ action: `${path}/passkey-enrolment`, ceremony: 'create', options: passkey, label: 'Make a passkey' })}
<h2>An authenticator app</h2>
${appToScan({ qrCode, secret })}
<form method="post" action="${path}/enrolment">
${codeField(text)}
<button type="submit">Confirm</button>
</form>
${abortForm(path)}`,
    PASSKEY_SCRIPTS,
  );
}

export function appToScan({ qrCode, secret }: { readonly qrCode: string; readonly secret: string }): Html {
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? secret;
  return html`<p>Scan this with an authenticator app.</p>
<figure class="qr" role="img" aria-label="QR code for an authenticator app; the key below says the same">${new Html(qrCode)}</figure>
<details><summary>I can't scan it</summary>
<p>Enter this key by hand (time-based, six digits): <code class="key">${groups}</code></p></details>`;
}

export function recoveryCodesPage({ path }: StepPage, codes: readonly string[]): string {
  return page(
    'Store your recovery codes',
    html`${recoveryCodeList(codes)}
<form method="post" action="${path}/finish"><button type="submit">I have stored them</button></form>`,
  );
}

export function recoveryCodeList(codes: readonly string[]): Html {
  return html`<p>Without your authenticator app, each of these codes logs you in once. They aren't shown again: print them or keep them in a password manager.</p>
<ol class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>`;
}

/** What a reload of the recovery codes shows. */
export function enrolledPage({ path }: StepPage): string {
  return page(
    'Your authenticator app is set up',
    html`<p>The recovery codes were shown once, and can't be shown again.</p>
<form method="post" action="${path}/finish"><button type="submit">Continue</button></form>`,
  );
}

/** What somebody who was suspended sees, after they proved who they are. */
export function inactivePage({ path }: StepPage): string {
  return page(
    'Your account is not active',
    html`<p>You can't log in for now. Ask an administrator of your company why.</p>
${abortForm(path)}`,
  );
}

function purpose({ client }: FirstStep): Html | undefined {
  return client ? html`<p>to continue to ${client}</p>` : undefined;
}

function passkeyLogin({ path, passkey }: FirstStep): Html {
  return passkeyForm({ action: `${path}/passkey`, ceremony: 'get', options: passkey, label: 'Log in with a passkey' });
}

export function codeField(text: string | undefined, isFirst = true): Html {
  return html`<label for="code">Six-digit code</label>
<input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required${isFirst ? html` autofocus` : undefined}${describedByProblem(text)}>`;
}

export function abortForm(path: string): Html {
  return html`<form method="post" action="${path}/abort" class="aside"><button type="submit" class="quiet">Cancel</button></form>`;
}
