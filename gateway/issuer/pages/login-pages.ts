/** The steps of a login, one page each. */
import { Html, html } from './html.ts';
import { describedByProblem, page, problem } from './layout.ts';

/** Where a page's forms go, and what went wrong on the last try. */
export interface StepPage {
  /** `/interaction/<uid>` */
  readonly path: string;
  readonly problem?: string | undefined;
}

export function passwordPage({ path, problem: text }: StepPage, client: string | undefined): string {
  return page(
    'Log in',
    html`${client ? html`<p>to continue to ${client}</p>` : undefined}
${problem(text)}
<form method="post" action="${path}/password">
<label for="login-name">Login name</label>
<input id="login-name" name="loginName" type="text" inputmode="email" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="320" required autofocus${describedByProblem(text)}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${describedByProblem(text)}>
<button type="submit">Continue</button>
</form>
${abortForm(path)}`,
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
${abortForm(path)}`,
  );
}

/** @param qrCode an SVG image of the `otpauth:` address */
export function enrolmentPage({ path, problem: text }: StepPage, qrCode: string, secret: string): string {
  const groups = secret.match(/.{1,4}/g)?.join(' ') ?? secret;
  return page(
    'Set up your authenticator app',
    html`<p>Commonhold asks for a second factor at every login. Scan this with an authenticator app.</p>
<figure class="qr" role="img" aria-label="QR code for an authenticator app; the key below says the same">${new Html(qrCode)}</figure>
<details><summary>I can't scan it</summary>
<p>Enter this key by hand (time-based, six digits): <code class="key">${groups}</code></p></details>
${problem(text)}
<form method="post" action="${path}/enrolment">
${codeField(text)}
<button type="submit">Confirm</button>
</form>
${abortForm(path)}`,
  );
}

export function recoveryCodesPage({ path }: StepPage, codes: readonly string[]): string {
  return page(
    'Store your recovery codes',
    html`<p>Without your authenticator app, each of these codes logs you in once. They aren't shown again: print them or keep them in a password manager.</p>
<ol class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
<form method="post" action="${path}/finish"><button type="submit">I have stored them</button></form>`,
  );
}

/** What a reload of the recovery codes shows. */
export function enrolledPage({ path }: StepPage): string {
  return page(
    'Your authenticator app is set up',
    html`<p>The recovery codes were shown once, and can't be shown again.</p>
<form method="post" action="${path}/finish"><button type="submit">Continue</button></form>`,
  );
}

function codeField(text: string | undefined): Html {
  return html`<label for="code">Six-digit code</label>
<input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required autofocus${describedByProblem(text)}>`;
}

function abortForm(path: string): Html {
  return html`<form method="post" action="${path}/abort" class="aside"><button type="submit" class="quiet">Cancel</button></form>`;
}
