/** The device flow (RFC 8628): a program shows a code, a person confirms it in a browser. */
import type { Client, KoaContextWithOIDC } from 'oidc-provider';
import { type Html, html } from './html.ts';
import { describedByProblem, page, problem } from './layout.ts';

const ADDRESS = '/device';

export function deviceCodePage(context: KoaContextWithOIDC, _form: string, _out?: unknown, error?: Error): void {
  const text = error ? reason(error) : undefined;
  context.type = 'html';
  context.body = page(
    'Connect a program',
    html`<p>Enter the code that the program shows you.</p>
${problem(text)}
<form method="post" action="${ADDRESS}">
${secret(context)}
<label for="user-code">Code</label>
<input id="user-code" name="user_code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" required autofocus${describedByProblem(text)}>
<button type="submit">Continue</button>
</form>`,
  );
}

export function deviceConfirmationPage(
  context: KoaContextWithOIDC,
  _form: string,
  client: Client,
  _device: unknown,
  userCode: string,
): void {
  context.type = 'html';
  context.body = page(
    'Is this your code?',
    html`<p>${client.clientName ?? client.clientId} asks to act for you. Continue only if you started it yourself, and it shows this code:</p>
<p class="code"><code>${userCode}</code></p>
<form method="post" action="${ADDRESS}">
${secret(context)}
<input type="hidden" name="user_code" value="${userCode}">
<button type="submit" name="confirm" value="yes">Yes, continue to log in</button>
<button type="submit" name="abort" value="yes" class="quiet">No, refuse it</button>
</form>`,
  );
}

export function deviceDonePage(context: KoaContextWithOIDC): void {
  context.type = 'html';
  context.body = page('The program is connected', html`<p>You can close this page and go back to it.</p>`);
}

/** oidc-provider's protection against forged requests: a secret of the session. */
function secret(context: KoaContextWithOIDC): Html {
  return html`<input type="hidden" name="xsrf" value="${String(context.oidc.session?.state?.['secret'] ?? '')}">`;
}

function reason(error: Error): string {
  if (error.name === 'AbortedError') return 'You refused the program. It has no access.';
  if (error.name === 'ExpiredError') return 'That code has expired. Start again in the program.';
  if ('userCode' in error || error.name === 'NoCodeError') return "That code isn't right, or was used already.";
  return "That didn't work. Start again in the program.";
}
